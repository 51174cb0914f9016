// Tells the MSI whether Giftill runs on this PC, in whichever account (giftill.wxs: FindRunning).
function findRunning() {
    var windows = new ActiveXObject("WbemScripting.SWbemLocator").ConnectServer(".", "root\\cimv2");
    var tills = windows.ExecQuery("SELECT ProcessId FROM Win32_Process " +
        "WHERE Name = 'giftill.exe' OR Name = 'giftill.com'");
    if (tills.Count > 0) {
        Session.Property("GIFTILLRUNS") = "1";
    }
    return 1;
}

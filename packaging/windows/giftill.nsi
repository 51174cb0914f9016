; The setup for a PC that is installed by hand: two clicks, or /S without a question.
; packaging/windows/installers compiles it in a folder that holds payload/, giftill.ico and what
; layout.py wrote; it defines VERSION, MAKER, COPYRIGHT, UPGRADE_CODE, SIZE_KB, OUT and SIGN.
; Exit status: 0 done, 1 given up by the user, 2 a file could not be written, 112 no room on the
; disk, 740 not an administrator, 1618 Giftill or another setup is running (try again later), 1633
; another Windows is needed, 1638 a newer version or the MSI is installed.
Unicode true
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel admin
SetCompressor /SOLID lzma
; Without a question to ask, a file that can't be written ends the setup instead of being left out.
AllowSkipFiles off
; Signed like the program: Windows names the publisher when it asks whether it may uninstall.
!uninstfinalize '"${SIGN}" "%1"' = 0
Name "Giftill"
OutFile "${OUT}"
InstallDir ""
BrandingText "Giftill ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow

!include LogicLib.nsh
!include MUI2.nsh
!include WinVer.nsh
!include WordFunc.nsh
!include x64.nsh
!include payload.nsh
!include texts.nsh
!include path.nsh

!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\Giftill"
!define FILES "installed-files.txt"

!define MUI_ICON giftill.ico
!define MUI_UNICON giftill.ico
!define MUI_WELCOMEFINISHPAGE_BITMAP setup.bmp
!define MUI_ABORTWARNING
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!define MUI_FINISHPAGE_NOAUTOCLOSE
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION OpenAsTheUser
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro TEXTS

VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
!macro FILE_DETAILS language
  VIAddVersionKey /LANG=${language} ProductName "Giftill"
  VIAddVersionKey /LANG=${language} FileDescription "Giftill ${VERSION}"
  VIAddVersionKey /LANG=${language} CompanyName "${MAKER}"
  VIAddVersionKey /LANG=${language} LegalCopyright "${COPYRIGHT}"
  VIAddVersionKey /LANG=${language} ProductVersion "${VERSION}"
  VIAddVersionKey /LANG=${language} FileVersion "${VERSION}"
!macroend
!insertmacro FILE_DETAILS ${LANG_ENGLISH}
!insertmacro FILE_DETAILS ${LANG_DUTCH}

!define FILE_ATTRIBUTE_REPARSE_POINT 0x400
!define SE_FILE_OBJECT 1
!define OWNER_SECURITY_INFORMATION 1
!define WINLOCALSYSTEMSID 22
!define WINBUILTINADMINISTRATORSSID 26
; Changes who may do what; /L: with a link itself, not with what it leads to.
!macro ICACLS path change
  nsExec::Exec '"$SYSDIR\icacls.exe" "${path}" ${change} /L /Q'
  Pop $1
!macroend

; The folder of the version before, or empty.
Var before

; Ends with a status and a sentence: in a box, or, without questions, on the console it was called
; from.
!macro REFUSE un text status
  Push "${text}"
  Push ${status}
  Call ${un}Refuse
!macroend

; $0: a folder. Sets $1 where Windows keeps a program in it from being replaced.
!macro TRY_TO_WRITE program
  ${If} ${FileExists} "$0\${program}"
    ClearErrors
    FileOpen $2 "$0\${program}" a
    ${If} ${Errors}
      StrCpy $1 "running"
    ${Else}
      FileClose $2
    ${EndIf}
  ${EndIf}
!macroend

; The programs go first and come last: what is half old and half new can't be started.
!macro DELETE_PROGRAMS folder
  Delete "${folder}\giftill.exe"
  Delete "${folder}\giftill.com"
!macroend

!macro SHARED un
Function ${un}Refuse
  Pop $1
  Pop $0
  ${If} ${Silent}
    System::Call 'kernel32::AttachConsole(i -1)'
    System::Call 'kernel32::GetStdHandle(i -11) p.r2'
    FileWrite $2 "$0$\r$\n"
  ${EndIf}
  MessageBox MB_OK|MB_ICONSTOP "$0" /SD IDOK
  SetErrorLevel $1
  Quit
FunctionEnd

; $0: a folder. Leaves $1 set where the program in it can't be replaced: a till runs, in whichever
; account. Gives one that is just closing three seconds.
Function ${un}FindRunning
  StrCpy $3 0
  ${Do}
    StrCpy $1 ""
    !insertmacro TRY_TO_WRITE giftill.exe
    !insertmacro TRY_TO_WRITE giftill.com
    ${If} $1 == ""
      ${Break}
    ${EndIf}
    Sleep 500
    IntOp $3 $3 + 1
  ${LoopUntil} $3 = 6
FunctionEnd

; $0: a folder. Ends the setup unless the program in it can be replaced or is closed on demand.
Function ${un}AskToClose
  Call ${un}FindRunning
  ${DoWhile} $1 != ""
    ${If} ${Silent}
      !insertmacro REFUSE "${un}" "$(RUNNING)" 1618
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(RUNNING)" /SD IDCANCEL IDRETRY again
    SetErrorLevel 1618
    Quit
    again:
    Call ${un}FindRunning
  ${Loop}
FunctionEnd

; $0: a folder. Deletes what its list says, and nothing else: what others put there stays.
Function ${un}DeleteListed
  ClearErrors
  FileOpen $1 "$0\${FILES}" r
  ${If} ${Errors}
    Return
  ${EndIf}
  ${Do}
    ClearErrors
    FileReadUTF16LE $1 $2
    ${If} ${Errors}
      ${Break}
    ${EndIf}
    ${Do}
      StrCpy $3 $2 1 -1
      ${If} $3 != "$\r"
      ${AndIf} $3 != "$\n"
        ${Break}
      ${EndIf}
      StrCpy $2 $2 -1
    ${Loop}
    ; A list that someone else wrote leads out of the folder no more than ours does.
    System::Call 'shlwapi::StrStrW(w r2, w "..") p.r4'
    ${If} $2 == ""
    ${OrIf} $4 P<> 0
      ${Continue}
    ${EndIf}
    ${If} $3 == "\"
      RMDir "$0\$2"
    ${Else}
      Delete "$0\$2"
    ${EndIf}
  ${Loop}
  FileClose $1
  Delete "$0\${FILES}"
  Delete "$0\uninstall.exe"
FunctionEnd

Function ${un}StartUp
  SetRegView 64
  SetShellVarContext all
  UserInfo::GetAccountType
  Pop $0
  ${If} $0 != "Admin"
    !insertmacro REFUSE "${un}" "$(NO_ADMINISTRATOR)" 740
  ${EndIf}
  ; Windows closes it with the process.
  System::Call 'kernel32::CreateMutexW(p 0, i 1, w "Global\Giftill-setup") p.r0 ?e'
  Pop $0
  ${If} $0 = 183
    !insertmacro REFUSE "${un}" "$(ANOTHER_SETUP)" 1618
  ${EndIf}
FunctionEnd
!macroend
!insertmacro SHARED ""
!insertmacro SHARED "un."

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastBuild} 17763
    !insertmacro REFUSE "" "$(OTHER_WINDOWS)" 1633
  ${EndIf}
  Call StartUp
  System::Call 'msi::MsiEnumRelatedProductsW(w "{${UPGRADE_CODE}}", i 0, i 0, w .r1) i.r0'
  ${If} $0 = 0
    !insertmacro REFUSE "" "$(MSI_INSTALLED)" 1638
  ${EndIf}
  ReadRegStr $0 HKLM "${UNINSTALL_KEY}" DisplayVersion
  ${If} $0 != ""
    ${VersionCompare} $0 "${VERSION}" $1
    ${If} $1 = 1
      !insertmacro REFUSE "" "$(NEWER_INSTALLED)" 1638
    ${EndIf}
  ${EndIf}
  ReadRegStr $before HKLM "${UNINSTALL_KEY}" InstallLocation
  ; Empty unless /D= was given.
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $before
  ${EndIf}
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR "$PROGRAMFILES64\Giftill"
  ${EndIf}
  ; Before anything is asked, and before anything is touched.
  StrCpy $0 $before
  ${If} $0 == ""
    StrCpy $0 $INSTDIR
  ${EndIf}
  Call AskToClose
FunctionEnd

; Before the version that is there goes: a shop without room keeps that one.
Function CheckRoom
  StrCpy $0 $INSTDIR 3
  System::Call 'kernel32::GetDiskFreeSpaceExW(w r0, *l .r1, p 0, p 0) i.r2'
  ${If} $2 <> 0
    System::Int64Op ${SIZE_KB} * 1024
    Pop $2
    System::Int64Op $1 < $2
    Pop $2
    ${If} $2 = 1
      !insertmacro REFUSE "" "$(NO_ROOM)" 112
    ${EndIf}
  ${EndIf}
FunctionEnd

Section "Giftill"
  ${If} $before != ""
    StrCpy $0 $before
    Call AskToClose
  ${EndIf}
  StrCpy $0 $INSTDIR
  Call AskToClose
  Call CheckRoom
  !insertmacro DELETE_PROGRAMS $INSTDIR
  ${If} $before != ""
    StrCpy $0 $before
    !insertmacro DELETE_PROGRAMS $before
    Call DeleteListed
    ${If} $before != $INSTDIR
      RMDir $before
    ${EndIf}
  ${EndIf}
  StrCpy $0 $INSTDIR
  Call DeleteListed
  SetOutPath "$INSTDIR"
  File "${FILES}"
  !insertmacro PutPayload
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  File "payload/giftill.com"
  File "payload/giftill.exe"

  ${If} $before != ""
  ${AndIf} $before != $INSTDIR
    StrCpy $0 $before
    Call RemoveFromPath
  ${EndIf}
  StrCpy $0 $INSTDIR
  Call AddToPath
  Call MakePolicyFolder
  CreateShortcut "$SMPROGRAMS\Giftill.lnk" "$INSTDIR\giftill.exe"

  WriteRegStr HKLM "${UNINSTALL_KEY}" DisplayName "Giftill"
  WriteRegStr HKLM "${UNINSTALL_KEY}" DisplayVersion "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" DisplayIcon "$INSTDIR\giftill.exe,0"
  WriteRegStr HKLM "${UNINSTALL_KEY}" Publisher "${MAKER}"
  WriteRegStr HKLM "${UNINSTALL_KEY}" InstallLocation "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL_KEY}" UninstallString '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL_KEY}" QuietUninstallString '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" EstimatedSize ${SIZE_KB}
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" NoModify 1
  WriteRegDWORD HKLM "${UNINSTALL_KEY}" NoRepair 1
SectionEnd

; $0: a folder. Leaves $1 not zero where its owner is the administrators or the system.
Function FindOwner
  StrCpy $1 0
  System::Call 'advapi32::GetNamedSecurityInfoW(w r0, i ${SE_FILE_OBJECT}, i ${OWNER_SECURITY_INFORMATION}, *p .r2, p 0, p 0, p 0, *p .r3) i.r4'
  ${If} $4 = 0
    System::Call 'advapi32::IsWellKnownSid(p r2, i ${WINBUILTINADMINISTRATORSSID}) i.r1'
    ${If} $1 = 0
      System::Call 'advapi32::IsWellKnownSid(p r2, i ${WINLOCALSYSTEMSID}) i.r1'
    ${EndIf}
    System::Call 'kernel32::LocalFree(p r3)'
  ${EndIf}
FunctionEnd

; Where an administrator may put policy.toml. Of itself Windows lets every user write there; after
; this only administrators can. What is in the file, and whose it is, is left as it is: the till
; refuses one that others could have written. So is a folder with a policy in it that somebody else
; made: handed over to the administrators, it would look like one that nobody else could write to.
Function MakePolicyFolder
  StrCpy $0 "$APPDATA\Giftill"
  System::Call 'kernel32::GetFileAttributesW(w r0) i.r1'
  IntOp $2 $1 & ${FILE_ATTRIBUTE_REPARSE_POINT}
  ${If} $1 <> -1
  ${AndIf} $2 <> 0
    RMDir $0
  ${EndIf}
  ${If} ${FileExists} "$0\policy.toml"
    Call FindOwner
    ${If} $1 = 0
      Return
    ${EndIf}
  ${EndIf}
  CreateDirectory $0
  !insertmacro ICACLS "$0" "/setowner *S-1-5-32-544"
  !insertmacro ICACLS "$0" "/reset"
  !insertmacro ICACLS "$0" "/inheritance:r /grant:r *S-1-5-18:(OI)(CI)F *S-1-5-32-544:(OI)(CI)F *S-1-5-32-545:(OI)(CI)RX"
FunctionEnd

; The setup has an administrator's rights; the till gets those of the person at the screen.
Function OpenAsTheUser
  Exec '"$WINDIR\explorer.exe" "$SMPROGRAMS\Giftill.lnk"'
FunctionEnd

Function un.onInit
  Call un.StartUp
  StrCpy $0 $INSTDIR
  Call un.AskToClose
  Call un.FindJournal
  ${If} $0 != ""
    MessageBox MB_YESNO|MB_ICONEXCLAMATION|MB_DEFBUTTON2 "$(JOURNAL_STAYS)" /SD IDYES IDYES go
    Abort
    go:
  ${EndIf}
FunctionEnd

; Leaves $0 set where a till has worked on this PC, in whichever account. What is in the journal an
; uninstaller can't tell; that nothing of it is touched, it can.
Function un.FindJournal
  StrCpy $1 0
  ${Do}
    EnumRegKey $2 HKLM "SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList" $1
    ${If} $2 == ""
      ${Break}
    ${EndIf}
    ReadRegStr $0 HKLM "SOFTWARE\Microsoft\Windows NT\CurrentVersion\ProfileList\$2" ProfileImagePath
    ExpandEnvStrings $0 $0
    ${If} ${FileExists} "$0\AppData\Local\giftill\journal.sqlite3"
      Return
    ${EndIf}
    IntOp $1 $1 + 1
  ${Loop}
  StrCpy $0 ""
FunctionEnd

Section "Uninstall"
  StrCpy $0 $INSTDIR
  Call un.AskToClose
  !insertmacro DELETE_PROGRAMS $INSTDIR
  Call un.DeleteListed
  SetOutPath "$TEMP"
  RMDir "$INSTDIR"
  Call un.RemoveFromPath
  Delete "$SMPROGRAMS\Giftill.lnk"
  DeleteRegKey HKLM "${UNINSTALL_KEY}"
SectionEnd

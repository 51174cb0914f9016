# Tries on a real Windows which policies an installed till trusts; takes an administrator.
# NOT RUN where Giftill is developed: no Windows is there, and wine has neither links nor groups.
# Usage: try-policies.ps1 plant            before the installation: a policy that a user put there
#        try-policies.ps1 try PROGRAM     after it
param([Parameter(Mandatory)][ValidateSet("plant", "try")][string]$Task, [string]$Program)
$ErrorActionPreference = "Stop"
$PSNativeCommandUseErrorActionPreference = $false
# Nobody is to be asked; the doctor's exit status is about that too.
$env:GIFTILL_API_URL = "http://127.0.0.1:9/"
$administrators = "*S-1-5-32-544"
$users = "*S-1-5-32-545"
$folder = "$env:ProgramData\Giftill"
$file = "$folder\policy.toml"

function Set-Rights {
    icacls @args /Q | Out-Null
    if ($LASTEXITCODE -ne 0) { throw "icacls $args" }
}

# The policy is what the doctor says first of it.
function Confirm-Policy([string]$Level, [string]$When) {
    $checks = (& $Program doctor --json | ConvertFrom-Json).checks
    $found = @($checks | Where-Object check -eq "policy")[0]
    $told = "$When`: $($found.level), $($found.message)"
    if ($found.level -ne $Level -or -not $found.message.Contains($folder)) { throw $told }
    Write-Output $told
}

function Set-Policy {
    New-Item -ItemType Directory -Force $folder | Out-Null
    Set-Content $file 'sound = false'
}

if ($Task -eq "plant") {
    Set-Policy
    Set-Rights $folder /setowner $users
    exit
}

Confirm-Policy fail "planted before the installation"
# As the till says it is put right.
foreach ($path in $folder, $file) {
    Set-Rights $path /setowner $administrators
    Set-Rights $path /reset
}
Confirm-Policy ok "put right"
Set-Rights $file /setowner "$env:USERDOMAIN\$env:USERNAME"
Confirm-Policy ok "an administrator's own"
Set-Rights $file /setowner $users
Confirm-Policy fail "a user's own"
Set-Rights $file /setowner $administrators
Set-Rights $file /grant "${users}:(M)"
Confirm-Policy fail "for users to change"
Set-Rights $file /reset
Confirm-Policy ok "nobody else's again"
Set-Rights $folder /grant "${users}:(DC)"
Confirm-Policy fail "for users to replace"
Remove-Item -Recurse $folder

$elsewhere = "$env:RUNNER_TEMP\elsewhere"
New-Item -ItemType Directory -Force $elsewhere | Out-Null
Set-Content "$elsewhere\policy.toml" 'sound = false'
New-Item -ItemType Junction -Path $folder -Target $elsewhere | Out-Null
$checks = (& $Program doctor --json | ConvertFrom-Json).checks
$found = @($checks | Where-Object check -eq "policy")[0]
if ($found.level -ne "fail" -or -not $found.message.Contains("elsewhere")) { throw "a link: $($found.message)" }
(Get-Item $folder).Delete()

; The folder in the PATH of the PC, so that `giftill doctor` answers in a console. PATH may be longer
; than what NSIS takes into a variable (setx has cut many a PATH in two), so it never comes into one:
; Windows' own functions work on it where it lies.
!define ENVIRONMENT "SYSTEM\CurrentControlSet\Control\Session Manager\Environment"
; HKEY_LOCAL_MACHINE, as the number that Windows' functions take.
!define MACHINE -2147483646
; To read and to write a value, of the 64 bits that the PC sees.
!define READ_AND_WRITE 0x103
; Windows itself takes no longer one.
!define LONGEST_PATH_BYTES 60000

; $0: a folder, which leaves PATH; is_added: whether it is then put behind all others.
!macro CHANGE_PATH is_added
  Push $1
  Push $2
  Push $3
  Push $4
  Push $5
  Push $6
  System::Call 'advapi32::RegOpenKeyExW(p ${MACHINE}, w "${ENVIRONMENT}", i 0, i ${READ_AND_WRITE}, *p .r1) i.r2'
  ${If} $2 = 0
    ; $2: its type, which stays as it is; $3: its size in bytes.
    System::Call 'advapi32::RegQueryValueExW(p r1, w "Path", p 0, *i .r2, p 0, *i .r3) i.r4'
    ${If} $4 = 0
    ${AndIf} $3 < ${LONGEST_PATH_BYTES}
      ; $5: `;PATH;`, with room for what comes to it.
      IntOp $4 $3 + 4096
      System::Alloc $4
      Pop $5
      System::Call 'kernel32::lstrcpyW(p r5, w ";")'
      IntPtrOp $6 $5 + 2
      System::Call 'advapi32::RegQueryValueExW(p r1, w "Path", p 0, p 0, p r6, *i r3)'
      System::Call 'kernel32::lstrcatW(p r5, w ";")'
      ; `;folder` goes, wherever it stands.
      System::Call 'shlwapi::StrStrIW(p r5, w ";$0;") p.r6'
      ${If} $6 P<> 0
        StrLen $3 ";$0"
        IntOp $3 $3 * 2
        IntPtrOp $3 $6 + $3
        System::Call 'kernel32::lstrlenW(p r3) i.r4'
        IntOp $4 $4 * 2
        IntOp $4 $4 + 2
        System::Call 'ntdll::RtlMoveMemory(p r6, p r3, p r4)'
      ${EndIf}
      !if ${is_added} == yes
        ; Many a PATH ends with a semicolon; two in a row would end the search for some programs.
        System::Call 'kernel32::lstrlenW(p r5) i.r3'
        IntOp $3 $3 * 2
        IntPtrOp $4 $5 + $3
        IntPtrOp $4 $4 - 4
        System::Call '*$4(&i2 .r6)'
        ${If} $6 = 59
          IntPtrOp $4 $4 + 2
          System::Call '*$4(&i2 0)'
        ${EndIf}
        System::Call 'kernel32::lstrcatW(p r5, w "$0;")'
      !endif
      ; Without the two semicolons again.
      IntPtrOp $6 $5 + 2
      System::Call 'kernel32::lstrlenW(p r6) i.r3'
      IntOp $3 $3 * 2
      IntPtrOp $4 $6 + $3
      IntPtrOp $4 $4 - 2
      System::Call '*$4(&i2 0)'
      System::Call 'advapi32::RegSetValueExW(p r1, w "Path", i 0, i r2, p r6, i r3)'
      System::Free $5
    ${EndIf}
    System::Call 'advapi32::RegCloseKey(p r1)'
    SendMessage ${HWND_BROADCAST} ${WM_SETTINGCHANGE} 0 "STR:Environment" /TIMEOUT=2000
  ${EndIf}
  Pop $6
  Pop $5
  Pop $4
  Pop $3
  Pop $2
  Pop $1
!macroend

Function AddToPath
  !insertmacro CHANGE_PATH yes
FunctionEnd

Function RemoveFromPath
  !insertmacro CHANGE_PATH no
FunctionEnd

Function un.RemoveFromPath
  !insertmacro CHANGE_PATH no
FunctionEnd

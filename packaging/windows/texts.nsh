; What the setup says, in both languages; the system's language chooses.
!macro TEXTS
  !insertmacro MUI_LANGUAGE "English"
  !insertmacro MUI_LANGUAGE "Dutch"

  LangString RUNNING ${LANG_ENGLISH} "Giftill is running on this PC.$\r$\n$\r$\nClose it on every account, then try again."
  LangString RUNNING ${LANG_DUTCH} "Giftill draait op deze pc.$\r$\n$\r$\nSluit het op elk account en probeer het opnieuw."

  LangString ANOTHER_SETUP ${LANG_ENGLISH} "Another setup of Giftill is open. Finish that one first."
  LangString ANOTHER_SETUP ${LANG_DUTCH} "Er is al een setup van Giftill open. Rond die eerst af."

  LangString NO_ADMINISTRATOR ${LANG_ENGLISH} "Only an administrator of this PC can install or uninstall Giftill."
  LangString NO_ADMINISTRATOR ${LANG_DUTCH} "Alleen een beheerder van deze pc kan Giftill installeren of verwijderen."

  LangString OTHER_WINDOWS ${LANG_ENGLISH} "Giftill needs Windows 10 version 1809 or newer, 64 bits."
  LangString OTHER_WINDOWS ${LANG_DUTCH} "Giftill werkt op Windows 10 versie 1809 of nieuwer, 64 bits."

  LangString NO_ROOM ${LANG_ENGLISH} "There is not enough room on the disk for Giftill. Nothing was changed; make room, then try again."
  LangString NO_ROOM ${LANG_DUTCH} "Er is te weinig ruimte op de schijf voor Giftill. Er is niets veranderd; maak ruimte en probeer het opnieuw."

  LangString NEWER_INSTALLED ${LANG_ENGLISH} "A newer version of Giftill is installed. It stays: version ${VERSION} could not read its journal."
  LangString NEWER_INSTALLED ${LANG_DUTCH} "Er is al een nieuwere versie van Giftill. Die blijft: versie ${VERSION} kan haar journaal niet lezen."

  LangString MSI_INSTALLED ${LANG_ENGLISH} "Giftill was installed here by its MSI package, so your administrator keeps it up to date.$\r$\n$\r$\nTo use this setup instead, uninstall Giftill first; its journal and settings stay."
  LangString MSI_INSTALLED ${LANG_DUTCH} "Giftill is hier met het MSI-pakket geïnstalleerd; uw beheerder houdt het bij.$\r$\n$\r$\nVerwijder Giftill eerst als u toch deze setup wilt gebruiken; journaal en instellingen blijven."

  LangString JOURNAL_STAYS ${LANG_ENGLISH} "A till has worked on this PC. Its journal and settings stay.$\r$\n$\r$\nWhat still waits in its outbox is only sent once Giftill is opened again, so first see there that the outbox is empty.$\r$\n$\r$\nUninstall now?"
  LangString JOURNAL_STAYS ${LANG_DUTCH} "Er heeft een kassa op deze pc gewerkt. Haar journaal en instellingen blijven.$\r$\n$\r$\nWat nog in de wachtrij staat, wordt pas verstuurd als Giftill weer wordt geopend. Kijk daar dus eerst of die leeg is.$\r$\n$\r$\nNu verwijderen?"
!macroend

"""Settings, folders and the administrator's policy: what holds for a till, and who decided it."""

from __future__ import annotations

from .folders import DATA_DIR_VARIABLE, FolderError, Folders, find_folders
from .loading import (
    API_URL_VARIABLE,
    LOCATION_VARIABLE,
    TOKEN_VARIABLE,
    load_settings,
    overruled_variables,
    read_settings_file,
    settings_for_training,
    settings_without_file,
    system_language,
    unknown_settings,
)
from .policy import NO_POLICY, FixedOptionError, Policy, PolicyError, read_policy, system_places
from .settings import FixedSettingError, Settings, SettingsError
from .store import SettingsStore, write_private

__all__ = [
    "API_URL_VARIABLE",
    "DATA_DIR_VARIABLE",
    "LOCATION_VARIABLE",
    "NO_POLICY",
    "TOKEN_VARIABLE",
    "FixedOptionError",
    "FixedSettingError",
    "FolderError",
    "Folders",
    "Policy",
    "PolicyError",
    "Settings",
    "SettingsError",
    "SettingsStore",
    "find_folders",
    "load_settings",
    "overruled_variables",
    "read_policy",
    "read_settings_file",
    "settings_for_training",
    "settings_without_file",
    "system_language",
    "system_places",
    "unknown_settings",
    "write_private",
]

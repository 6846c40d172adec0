from __future__ import annotations

from tests.support.project_fixtures import empty_lock, made, own_settings, project

__all__ = ["empty_lock", "made", "own_settings", "project"]

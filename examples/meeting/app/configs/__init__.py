from app.configs.settings import Settings

settings = Settings()

__all__ = ["Settings", "settings"]

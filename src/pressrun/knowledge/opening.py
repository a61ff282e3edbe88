"""Where the bytes of files are kept, by the settings."""

from urllib.parse import urlsplit

from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.s3_blobs import Bucket, S3Blobs
from pressrun.settings import Settings


def open_blobs(settings: Settings) -> Blobs:
    """The bucket of `files_url`, or a folder of the data folder."""
    bucket = bucket_of(settings)
    return DiskBlobs(settings.blobs_dir) if bucket is None else S3Blobs(bucket)


def bucket_of(settings: Settings) -> Bucket | None:
    """The bucket that is set, if one is."""
    if settings.files_url is None:
        return None
    parts = urlsplit(settings.files_url)
    secret = settings.s3_secret_access_key
    return Bucket(
        parts.netloc,
        parts.path.strip("/"),
        settings.s3_endpoint,
        settings.s3_region,
        settings.s3_access_key_id,
        None if secret is None else secret.get_secret_value(),
    )


def place_of(settings: Settings) -> str:
    """Where that is, for people."""
    return settings.files_url or str(settings.blobs_dir)

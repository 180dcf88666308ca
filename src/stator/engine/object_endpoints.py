"""Buckets of objects at an S3 endpoint: Amazon's, or any other that speaks its protocol, through botocore.

Credentials and the region come from botocore's own chain (environment, profile, container, instance); without a region
there, the database's is taken. Calls are tried three times, in botocore's standard way. An object is read in ranges,
each a request of its own that names the version the first one met: no connection is held between steps, and an object
that is replaced meanwhile is an error. botocore is loaded by the first call, which is made aside.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, TypeVar
from urllib.parse import urlsplit

from stator.engine.objects import NoSuchBucket, ObjectError, Terms
from stator.errors import ValidationException
from stator.limits import S3_ATTEMPTS, S3_CONNECT_S_MAX, S3_RANGE_BYTES, S3_READ_S_MAX

T = TypeVar("T")

NEEDS_BOTOCORE: Final = (
    "S3 endpoints need the botocore library, which is not installed: pip install 'stator[s3]'"
)
_AMAZON: Final = (".amazonaws.com", ".amazonaws.com.cn")


def has_library() -> bool:
    return importlib.util.find_spec("botocore") is not None


class ObjectEndpoint:
    """`Objects` of one endpoint. The client is made by the first call, under a lock; it may be used by any thread."""

    def __init__(self, url: str, region: str) -> None:
        self._url = url
        self._region = region
        self._lock = threading.Lock()
        self._made: Any = None

    def require(self) -> None:
        if not has_library():
            raise ValidationException(NEEDS_BOTOCORE)

    def has_bucket(self, bucket: str) -> bool:
        """One that may not be asked after is believed to be there: whoever may write to it need not be able to see
        it."""
        try:
            self._call("head_bucket", Bucket=bucket)
        except NoSuchBucket:
            return False
        except ObjectError as error:
            if error.code in ("404", "NotFound"):
                return False
            if error.code not in ("403", "AccessDenied", "Forbidden"):
                raise
        return True

    def keys(self, bucket: str, prefix: str, after: str = "") -> Iterator[str]:
        while True:
            page = self._call("list_objects_v2", Bucket=bucket, Prefix=prefix, StartAfter=after)
            found = [entry["Key"] for entry in page.get("Contents", ())]
            yield from found
            if not page.get("IsTruncated") or not found:
                return
            after = found[-1]

    def read(self, bucket: str, key: str) -> BinaryIO:
        def ranged(first: int, length: int, etag: str | None) -> tuple[bytes, str]:
            wanted = {"Range": f"bytes={first}-{first + length - 1}"}
            if etag is not None:
                wanted["IfMatch"] = etag
            answer = self._call("get_object", Bucket=bucket, Key=key, **wanted)
            return self._translated(answer["Body"].read), answer["ETag"]

        return io.BufferedReader(_Ranges(ranged), S3_RANGE_BYTES)

    def write(self, bucket: str, key: str, content: bytes, terms: Terms | None = None) -> None:
        asked: dict[str, str] = {}
        if terms is not None and terms.owner is not None:
            asked["ExpectedBucketOwner"] = terms.owner
        if terms is not None and terms.kms:
            asked["ServerSideEncryption"] = "aws:kms"
            if terms.kms_key is not None:
                asked["SSEKMSKeyId"] = terms.kms_key
        digest = b64encode(hashlib.md5(content, usedforsecurity=False).digest()).decode()
        self._call("put_object", Bucket=bucket, Key=key, Body=content, ContentMD5=digest, **asked)

    def _call(self, operation: str, **members: Any) -> Any:
        return self._translated(lambda: getattr(self._client(), operation)(**members))

    def _translated(self, call: Callable[[], T]) -> T:
        """Raises OSError for every error of S3's and of botocore's."""
        from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError

        try:
            return call()
        except ClientError as error:
            told = error.response["Error"]
            if told["Code"] == "NoSuchBucket":
                raise NoSuchBucket from error
            raise ObjectError(told["Code"], told.get("Message") or str(error)) from error
        except NoCredentialsError as error:
            raise ObjectError("AccessDenied", str(error)) from error
        except (BotoCoreError, HTTPClientError) as error:
            raise OSError(str(error)) from error

    def _client(self) -> Any:
        with self._lock:
            if self._made is None:
                self._made = self._new_client()
            return self._made

    def _new_client(self) -> Any:
        from botocore.config import Config
        from botocore.session import get_session

        host = urlsplit(self._url).hostname or ""
        session = get_session()
        return session.create_client(
            "s3",
            endpoint_url=self._url,
            region_name=session.get_config_variable("region") or self._region,
            config=Config(
                connect_timeout=S3_CONNECT_S_MAX,
                read_timeout=S3_READ_S_MAX,
                retries={"mode": "standard", "total_max_attempts": S3_ATTEMPTS},
                # Other endpoints have one host name for all buckets, and not all know the newer checksums
                s3={"addressing_style": "auto" if host.endswith(_AMAZON) else "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )


class _Ranges(io.RawIOBase):
    """An object read from its begin on. `read_range(first, length, etag)` returns bytes and the ETag."""

    def __init__(self, read_range: Callable[[int, int, str | None], tuple[bytes, str]]) -> None:
        self._read_range = read_range
        self._place = 0
        self._etag: str | None = None
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self._is_over:
            return 0
        wanted = len(buffer)
        content = self._range(wanted)
        self._is_over = len(content) < wanted
        self._place += len(content)
        buffer[: len(content)] = content
        return len(content)

    def _range(self, length: int) -> bytes:
        """Tried once more where the answer broke off; what is behind the end is empty."""
        for is_last in (False, True):
            try:
                content, self._etag = self._read_range(self._place, length, self._etag)
            except ObjectError as error:
                if error.code == "InvalidRange":
                    return b""
                raise
            except OSError:
                if is_last:
                    raise
            else:
                return content
        raise AssertionError("the last try returns or raises")

"""The load's script: requests that differ in every key and value, made as wrk sends them, and one line of results.

A request is one concatenation of constants and holes, so that the load's core makes more of them than any server
here answers. The headers are those that boto3 sends; the signature has the right shape, and servers do not check it.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.templates import NUMBER_DIGITS, PREFIX, STRIDE, Hole, Template

RESULT_MARK = "RESULT "

AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=" + "0123456789abcdef" * 4
)
HEADERS = {
    "Accept-Encoding": "identity",
    "Content-Type": "application/x-amz-json-1.0",
    "User-Agent": "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux md/arch#x86_64 lang/python#3.11 Botocore/1.40.0",
    "X-Amz-Date": "20260101T000000Z",
    "Authorization": AUTHORIZATION,
    "amz-sdk-invocation-id": "01234567-89ab-cdef-0123-456789abcdef",
    "amz-sdk-request": "attempt=1",
}
TARGET = "DynamoDB_20120810."

# A value is a piece of a pool of random text, from a random place: new text each time for the price of a copy
_SCRIPT = """
local POOL_BYTES = 1048576
local pool, head = nil, {}

function init(args)
   math.randomseed(@SEED@)
   local pieces = {}
   for i = 1, POOL_BYTES / 4 do
      pieces[i] = string.format("%04x", math.random(0, 65535))
   end
   pool = table.concat(pieces)
   local host = wrk.host .. ":" .. wrk.port
@HEADS@
end

local function value(length)
   local place = math.random(POOL_BYTES - length)
   return pool:sub(place, place + length - 1)
end

local function key(prefix, number)
   return prefix .. string.format("%0@DIGITS@d", number)
end

local requests = {
@REQUESTS@
}

function request()
   return requests[math.random(#requests)]()
end

function done(summary, latency, _)
   local errors = summary.errors
   io.write(string.format(
      '@MARK@{"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"p999_us":%d,' ..
      '"answers refused":%d,"connections refused":%d,"failed reads":%d,"failed writes":%d,"timeouts":%d}\\n',
      summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
      errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
"""


def script(templates: Sequence[Template], seed: int) -> str:
    """A wrk script that sends these requests in equal shares, in random order, with random keys."""
    heads = "\n".join(_head(index, template) for index, template in enumerate(templates, 1))
    requests = ",\n".join(_request(index, template) for index, template in enumerate(templates, 1))
    filled = _SCRIPT.replace("@SEED@", str(seed)).replace("@HEADS@", heads).replace("@REQUESTS@", requests)
    return filled.replace("@DIGITS@", str(NUMBER_DIGITS)).replace("@MARK@", RESULT_MARK)


def _head(index: int, template: Template) -> str:
    lines = [f"X-Amz-Target: {TARGET}{template.operation}", f"Content-Length: {template.body_bytes}"]
    lines += [f"{name}: {value}" for name, value in HEADERS.items()]
    rest = _quoted("\r\n" + "\r\n".join(lines) + "\r\n\r\n")
    return f'   head[{index}] = "POST / HTTP/1.1\\r\\nHost: " .. host .. {rest}'


def _request(index: int, template: Template) -> str:
    parts = " .. ".join(_part(part, template.keys) for part in template.parts)
    return (
        f"   function()\n      local first = math.random(0, {template.keys - 1})\n"
        f"      return head[{index}] .. {parts}\n   end"
    )


def _part(part: str | Hole, keys: int) -> str:
    if isinstance(part, str):
        return _quoted(part)
    if part.kind == "value":
        return f"value({part.number})"
    return f"key({_quoted(PREFIX[part.kind])}, (first + {part.number * STRIDE}) % {keys})"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\r", "\\r").replace("\n", "\\n")
    return f'"{escaped}"'

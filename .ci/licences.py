"""Refuses dependencies whose licence is not known to go with MIT OR Apache-2.0."""

import json
import re
import subprocess
import sys

ALLOWED = {
    "MIT", "MIT-0", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause",
    "ISC", "Zlib", "Unicode-3.0", "Unlicense", "CC0-1.0", "BlueOak-1.0.0", "BSL-1.0", "0BSD",
    "OpenSSL", "MPL-2.0", "CDLA-Permissive-2.0",
}


def allowed(expression):
    """Whether an SPDX expression can be met with allowed licences: OR needs one, AND needs all."""
    text = expression.replace("/", " OR ")
    text = re.sub(r"([\w.-]+ WITH [\w.-]+|[\w.-]+)",
                  lambda m: m[0] if m[0] in ("OR", "AND") else str(m[0] in ALLOWED), text)
    return eval(text.replace("OR", "or").replace("AND", "and"), {"__builtins__": {}})


metadata = json.loads(subprocess.check_output(
    ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"]))
bad = [f"{p['name']} {p['version']}: {p['license']}" for p in metadata["packages"]
       if not p["license"] or not allowed(p["license"])]
if bad:
    sys.exit("licences that are not allowed:\n  " + "\n  ".join(bad))
print(f"{len(metadata['packages'])} packages, every licence allowed")

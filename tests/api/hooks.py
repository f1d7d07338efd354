"""What schemathesis does not know of its own: a chunk of a photo is bytes."""

import schemathesis
from hypothesis import strategies as st

schemathesis.openapi.media_type("application/offset+octet-stream", st.binary(max_size=2048))

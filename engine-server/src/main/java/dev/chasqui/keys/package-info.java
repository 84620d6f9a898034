/// Keys that callers of the server show: a file of hashes, each with a role and perhaps a rate.
///
/// Start at [KeyRing], which the server asks; [KeyFile] reads and writes the file. A key itself is never stored.
@NullMarked
package dev.chasqui.keys;

import org.jspecify.annotations.NullMarked;

/// Native code in a process of its own: starts it, speaks with it, watches it, and says what became of it.
///
/// Start at [Supervisor], this process's side: it keeps one [Child] alive and hands out [RemoteCall]s. The child's side
/// is [CallServer]. Both speak [Frame]s over a [Link]. Nothing here knows what the calls are about.
@NullMarked
package dev.chasqui.isolate;

import org.jspecify.annotations.NullMarked;

package dev.chasqui.api;

import java.time.Duration;
import java.util.Optional;

/// How much a request hurries. Only the engine heeds it; a server that does not know the fields ignores them.
///
/// @param priority   `0` to `9`, higher goes first; waiting raises it
/// @param deadline   from the call on: a request whose first token cannot come before is refused at once, an
///                   answer that runs into it ends there with reason `length`
/// @param supersedes a name of the caller's, an instrument for example: of the requests with that name only the
///                   newest matters, an older one ends with an error
public record Urgency(int priority, Optional<Duration> deadline, Optional<String> supersedes) {

    public static final int NORMAL = 4;
    public static final int HIGHEST = 9;

    public static final Urgency NONE = new Urgency(NORMAL, Optional.empty(), Optional.empty());

    /// @throws BackendException if a value is outside its range; the message names the field
    public Urgency {
        if (priority < 0 || priority > HIGHEST) {
            throw BackendException.invalid("priority is " + priority + "; expected 0 to " + HIGHEST);
        }
        deadline.ifPresent(time -> {
            if (time.isNegative() || time.isZero()) {
                throw BackendException.invalid("deadline is " + time.toMillis() + " ms; expected more than 0");
            }
        });
        supersedes.ifPresent(name -> {
            if (name.isEmpty() || name.length() > 256) {
                throw BackendException.invalid("supersedes has " + name.length() + " characters; expected 1 to 256");
            }
        });
    }

    public Urgency withPriority(int priority) {
        return new Urgency(priority, deadline, supersedes);
    }

    public Urgency withDeadline(Duration deadline) {
        return new Urgency(priority, Optional.of(deadline), supersedes);
    }

    /// These values, and where they are silent (normal priority, no deadline, no name) those of `base`.
    public Urgency over(Urgency base) {
        return new Urgency(
                priority == NORMAL ? base.priority : priority,
                deadline.or(base::deadline),
                supersedes.or(base::supersedes));
    }

    public Urgency superseding(String name) {
        return new Urgency(priority, deadline, Optional.of(name));
    }
}

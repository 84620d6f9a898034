package dev.chasqui.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// What this process holds, as Linux counts it.
///
/// @param rssMib      resident memory, in MiB
/// @param coldMib     of it, what the engine keeps of sequences that left the KV cache, within a budget
/// @param heapMib     of it, what Java objects were in use after a collection
/// @param threads     of the process, native ones included
/// @param mappedFiles places in its address space that are backed by a file
record Footprint(long rssMib, long coldMib, long heapMib, long threads, long mappedFiles) {

    private static final Path SELF = Path.of("/proc/self");

    /// Collects garbage first: without that, resident memory grows until the heap was touched once, leak or not.
    ///
    /// @param coldBytes what the engine says it keeps
    /// @throws UncheckedIOException where there is no `/proc`
    static Footprint now(long coldBytes) {
        System.gc();
        long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
        try (Stream<String> maps = Files.lines(SELF.resolve("maps"))) {
            return of(Files.readAllLines(SELF.resolve("status")), maps, coldBytes >> 20, heap);
        } catch (IOException e) {
            throw new UncheckedIOException("what this process holds can only be read on Linux: " + e.getMessage(), e);
        }
    }

    /// @param status lines of `/proc/self/status`
    /// @param maps   lines of `/proc/self/maps`
    static Footprint of(List<String> status, Stream<String> maps, long coldMib, long heapMib) {
        return new Footprint(
                number(status, "VmRSS:") >> 10,
                coldMib,
                heapMib,
                number(status, "Threads:"),
                maps.filter(line -> line.contains(" /")).count());
    }

    /// Resident memory without what is kept on purpose.
    long otherMib() {
        return rssMib - coldMib;
    }

    static long number(List<String> status, String field) {
        return status.stream()
                .filter(line -> line.startsWith(field))
                .map(line -> line.substring(field.length()).strip().split(" ")[0])
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("/proc/self/status has no line " + field));
    }
}

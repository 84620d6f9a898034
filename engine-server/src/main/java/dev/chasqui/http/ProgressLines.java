package dev.chasqui.http;

import dev.chasqui.api.Progress;
import dev.chasqui.api.ProgressLine;
import dev.chasqui.http.Failure.ClientLeft;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonEncoding;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/// How a long step gets on, a line each, as `/api/create`, `/api/pull` and `/api/push` tell it.
///
/// The step never waits for its listener: lines are sent by a thread of their own, and of those that wait to be
/// sent the newest of each status and file is enough. So a client that reads slowly holds no lock of the store's.
final class ProgressLines {

    private static final ProgressLine SUCCESS = new ProgressLine("success", "", 0, 0);

    private final Exchange exchange;
    private final Thread worker;
    private final Map<Subject, ProgressLine> waiting = new LinkedHashMap<>(); // guarded by this
    private boolean over; // guarded by this
    private @Nullable Thread sender; // guarded by this
    private @Nullable NdjsonLines lines; // the sender's; then, when that has ended, the worker's

    private record Subject(String status, String digest) {}

    private ProgressLines(Exchange exchange, Thread worker) {
        this.exchange = exchange;
        this.worker = worker;
    }

    /// Does the work on this thread and answers with how it gets on, or only with how it ended. A client that
    /// leaves interrupts the work.
    ///
    /// What the work throws before its first line can still be answered by a status; later it is the last line.
    ///
    /// @param stream whether the client wants every line
    static void answer(Exchange exchange, boolean stream, Consumer<Progress> work) throws ClientLeft {
        Thread worker = Thread.currentThread();
        exchange.whenGone(worker::interrupt);
        if (exchange.isGone()) throw new ClientLeft("the client closed the connection");
        if (!stream) {
            work.accept(Progress.NONE);
            exchange.replyJson(200, json(SUCCESS));
            return;
        }
        ProgressLines progress = new ProgressLines(exchange, worker);
        try {
            work.accept(progress::report);
        } finally {
            progress.sendTheRest();
        }
        if (progress.lines != null) progress.lines.close();
    }

    private synchronized void report(ProgressLine line) {
        waiting.put(new Subject(line.status(), line.digest()), line);
        if (sender == null) sender = Thread.startVirtualThread(this::send);
        notifyAll();
    }

    private void send() {
        try {
            NdjsonLines open = lines = exchange.startLines();
            for (List<ProgressLine> next = next(); !next.isEmpty(); next = next()) {
                for (ProgressLine line : next) open.write(Replies.withNewline(json(line)));
            }
        } catch (ClientLeft | InterruptedException e) {
            worker.interrupt();
        }
    }

    /// What there is to send; nothing when the work is over.
    private synchronized List<ProgressLine> next() throws InterruptedException {
        while (waiting.isEmpty() && !over) wait();
        List<ProgressLine> next = new ArrayList<>(waiting.values());
        waiting.clear();
        return next;
    }

    /// Waits for the sender, interrupted or not: it ends when the client has read everything, left, or read
    /// nothing for as long as anybody may.
    private void sendTheRest() {
        Thread sending;
        synchronized (this) {
            over = true;
            notifyAll();
            sending = sender;
        }
        boolean interrupted = Thread.interrupted();
        while (sending != null && sending.isAlive()) {
            try {
                sending.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) worker.interrupt();
    }

    private static byte[] json(ProgressLine line) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json =
                JsonText.FACTORY.createGenerator(ObjectWriteContext.empty(), out, JsonEncoding.UTF8)) {
            json.writeStartObject();
            json.writeStringProperty("status", line.status());
            if (!line.digest().isEmpty()) json.writeStringProperty("digest", line.digest());
            if (line.totalBytes() > 0) json.writeNumberProperty("total", line.totalBytes());
            if (line.completedBytes() > 0) json.writeNumberProperty("completed", line.completedBytes());
            json.writeEndObject();
        }
        return out.toByteArray();
    }
}

package dev.chasqui.isolate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The connection between the two processes, and the door it comes in by.
@Timeout(60)
class LinkTest {

    private static final int SENDERS = 4;
    private static final int FRAMES = 150;

    @TempDir
    Path folder;

    private Link here;
    private Link there;

    @BeforeEach
    void connect() throws IOException {
        Path socket = folder.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            here = new Link(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
            there = new Link(server.accept());
        }
    }

    @AfterEach
    void close() throws IOException {
        here.close();
        there.close();
    }

    @Test
    void whatManyThreadsSendArrivesWholeThoughTheyAreInterruptedAndNobodyReadsAtFirst() throws Exception {
        CompletableFuture<Map<Integer, List<byte[]>>> came = new CompletableFuture<>();
        List<Thread> senders = new ArrayList<>();
        for (int sender = 0; sender < SENDERS; sender++) {
            int id = sender;
            senders.add(Thread.startVirtualThread(() -> {
                for (int i = 0; i < FRAMES; i++) {
                    Thread.currentThread().interrupt(); // it closes a channel that blocks
                    send(new Frame(Frame.Kind.PIECE, id, body(id, i)));
                }
            }));
        }
        Thread.ofPlatform().daemon().start(() -> reading(here, new HashMap<>(), new CompletableFuture<>()));
        while (!here.isBehind()) Thread.onSpinWait();
        Thread.ofPlatform().daemon().start(() -> reading(there, new HashMap<>(), came));

        Map<Integer, List<byte[]>> all = came.get();
        for (int sender = 0; sender < SENDERS; sender++) {
            List<byte[]> bodies = all.get(sender);
            for (int i = 0; i < FRAMES; i++) assertThat(bodies.get(i)).isEqualTo(body(sender, i));
        }
        for (Thread sender : senders) sender.join();
        assertThat(here.isBehind()).isFalse();
    }

    @Test
    void whoSendsToAClosedConnectionHearsIt() throws Exception {
        here.close();

        assertThatThrownBy(() -> here.send(Frame.bare(Frame.Kind.BEAT, 0))).isInstanceOf(IOException.class);
        there.pump(frame -> {}); // it ends at once
        assertThatThrownBy(() -> there.send(Frame.bare(Frame.Kind.BEAT, 0))).isInstanceOf(IOException.class);
    }

    @Test
    void aChildThatSendsMoreThanItMayIsNotSpokenWithAnyMore() {
        RemoteCall call = new RemoteCall(1, "m", here, () -> {});
        call.came(Frame.bare(Frame.Kind.ACCEPTED, 1));

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 2 * RemoteCall.WINDOW; i++) call.came(Frame.bare(Frame.Kind.PIECE, 1));
                })
                .isInstanceOf(BadFrameException.class);
    }

    @Test
    void onlyWhoKnowsTheTokenIsLetIn() throws Exception {
        Path socket = folder.resolve("door");
        try (Door door = Door.open(socket)) {
            CompletableFuture<SocketChannel> let = CompletableFuture.supplyAsync(() -> {
                try {
                    return door.await(() -> true, System.nanoTime() + 30_000_000_000L)
                            .orElseThrow();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            SocketChannel silent = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            for (String wrong : List.of("0".repeat(door.token().length()), "", "x".repeat(5_000))) {
                assertThat(isSentAway(socket, wrong)).as(wrong).isTrue();
            }
            SocketChannel right = SocketChannel.open(UnixDomainSocketAddress.of(socket));
            right.write(new Frame(Frame.Kind.HELLO, 0, door.token().getBytes(StandardCharsets.US_ASCII)).encoded());

            assertThat(let.get().isConnected()).isTrue();
            assertThat(silent.read(ByteBuffer.allocate(1))).isEqualTo(-1);
            silent.close();
            right.close();
            let.get().close();
        }
        assertThat(Files.exists(socket)).isFalse();
    }

    private static boolean isSentAway(Path socket, String token) throws IOException {
        try (SocketChannel guest = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            guest.write(new Frame(Frame.Kind.HELLO, 0, token.getBytes(StandardCharsets.US_ASCII)).encoded());
            guest.shutdownOutput();
            return guest.read(ByteBuffer.allocate(1)) < 0;
        } catch (IOException e) {
            return true; // it was closed with some of ours unread
        }
    }

    private static void reading(
            Link link, Map<Integer, List<byte[]>> all, CompletableFuture<Map<Integer, List<byte[]>>> done) {
        int[] count = {0};
        try {
            link.pump(frame -> {
                all.computeIfAbsent(frame.call(), _ -> new ArrayList<>()).add(frame.body());
                if (++count[0] == SENDERS * FRAMES) done.complete(all);
            });
        } catch (IOException | RuntimeException e) {
            done.completeExceptionally(e);
        }
    }

    private void send(Frame frame) {
        try {
            here.send(frame);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] body(int sender, int number) {
        Random random = new Random(1_000L * sender + number);
        byte[] body = new byte[random.nextInt(40_000)];
        random.nextBytes(body);
        return body;
    }
}

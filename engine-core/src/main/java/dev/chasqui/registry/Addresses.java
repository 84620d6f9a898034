package dev.chasqui.registry;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.List;
import java.util.regex.Pattern;

/// Which hosts are this machine or its own network, where a registry outside has nothing to ask for.
final class Addresses {

    /// A number that is no address to Java, but may be one to a proxy: `0x7f000001`.
    private static final Pattern ODD_NUMBER = Pattern.compile("(.*\\.)?(0[xX][0-9a-fA-F]*|\\d+)\\.?");

    private Addresses() {}

    /// Whether any of the host's addresses is private: nobody outside may send us there.
    static boolean mayBePrivate(URI uri) {
        List<InetAddress> addresses = of(uri);
        if (addresses.isEmpty()) return ODD_NUMBER.matcher(uri.getHost()).matches();
        return addresses.stream().anyMatch(Addresses::isPrivate);
    }

    /// Whether all of them are: such a host may send us to its neighbours.
    static boolean isPrivate(URI uri) {
        List<InetAddress> addresses = of(uri);
        return !addresses.isEmpty() && addresses.stream().allMatch(Addresses::isPrivate);
    }

    /// None if nobody knows them here: then a proxy does, or the connection fails.
    private static List<InetAddress> of(URI uri) {
        try {
            return List.of(InetAddress.getAllByName(uri.getHost()));
        } catch (UnknownHostException e) {
            return List.of();
        }
    }

    private static boolean isPrivate(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean unique = address instanceof Inet6Address && (bytes[0] & 0xfe) == 0xfc; // fc00::/7
        boolean carrier = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xc0) == 64; // 100.64.0.0/10
        boolean here = bytes.length == 4 && bytes[0] == 0; // 0.0.0.0/8
        return unique
                || carrier
                || here
                || address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isSiteLocalAddress()
                || address.isMulticastAddress();
    }
}

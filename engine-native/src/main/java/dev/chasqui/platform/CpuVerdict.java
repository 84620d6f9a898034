package dev.chasqui.platform;

/// What became of a CPU variant in a throwaway process.
///
/// @param variant    its name
/// @param good       whether it decoded and ended well
/// @param reason     how it died; empty text if it did not
/// @param remembered whether this is from an earlier start
public record CpuVerdict(String variant, boolean good, String reason, boolean remembered) {

    static CpuVerdict good(CpuVariant variant) {
        return new CpuVerdict(variant.name(), true, "", false);
    }

    static CpuVerdict bad(CpuVariant variant, String reason) {
        return new CpuVerdict(variant.name(), false, reason, false);
    }
}

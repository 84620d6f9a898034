/// Part of the build, not of any jar: fetches llama.cpp's prebuilt libraries and headers, and packs them.
///
/// Start at `Natives`, which Maven runs. Needs nothing but the JDK, npm, tar and git.
package dev.chasqui.build;

/// llama.cpp's C++ `common` by JavaCPP: chat templates, parsers of model output, fit to
/// memory.
///
/// JSON text goes in and comes out; a C++ exception arrives as a Java exception with its message.
@NullMarked
package dev.chasqui.llama.common;

import org.jspecify.annotations.NullMarked;

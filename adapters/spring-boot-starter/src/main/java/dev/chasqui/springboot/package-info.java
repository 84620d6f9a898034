/// A Spring Boot application's beans for [dev.chasqui.api.Backend] and Spring AI's models over it, by
/// `chasqui.*` in its properties.
///
/// Start at [ChasquiProperties] for what can be set, [ChasquiAutoConfiguration] for what comes of it.
@NullMarked
package dev.chasqui.springboot;

import org.jspecify.annotations.NullMarked;

package dev.chasqui.cli;

import java.util.Map;
import java.util.Stack;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/// Of an option such as `--think`: its value is written behind `=`; without one it means `true`, and the word that
/// follows is something else.
final class AttachedOrTrue implements IParameterPreprocessor {

    @Override
    public boolean preprocess(Stack<String> words, CommandSpec command, ArgSpec option, Map<String, Object> facts) {
        if (!"=".equals(facts.get("separator"))) words.push("true");
        return false;
    }
}

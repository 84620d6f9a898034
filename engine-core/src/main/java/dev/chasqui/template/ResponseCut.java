package dev.chasqui.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A template that ends with `.Response`: what stands behind it is left out, so that the model goes on from
/// there.
final class ResponseCut {

    private boolean cut;

    private ResponseCut() {}

    static Node.Block of(Node.Block block) {
        return new ResponseCut().block(block);
    }

    private Node.Block block(Node.Block block) {
        List<Node> kept = new ArrayList<>();
        for (Node node : block.nodes()) {
            if (!cut) node(node).ifPresent(kept::add);
        }
        return new Node.Block(block.at(), kept);
    }

    private Optional<Node> node(Node node) {
        return switch (node) {
            case Node.Branch branch ->
                Optional.of(new Node.Branch(
                        branch.at(), branch.kind(), branch.pipe(), block(branch.block()), block(branch.otherwise())));
            case Node.Action action -> pipe(action.pipe()).map(pipe -> new Node.Action(action.at(), pipe));
            default -> Optional.of(node);
        };
    }

    /// A response with something done to it is left out altogether, as in Ollama.
    private Optional<Node.Pipe> pipe(Node.Pipe pipe) {
        List<Node.Command> kept = new ArrayList<>();
        for (Node.Command command : pipe.commands()) {
            List<Node> operands = new ArrayList<>();
            for (Node operand : command.operands()) {
                if (!cut || isResponse(operand)) operand(operand).ifPresent(operands::add);
            }
            if (operands.isEmpty()) return Optional.empty();
            kept.add(new Node.Command(command.at(), operands));
        }
        return Optional.of(new Node.Pipe(pipe.at(), pipe.variables(), pipe.assigns(), kept));
    }

    private Optional<? extends Node> operand(Node operand) {
        if (operand instanceof Node.Pipe pipe) return pipe(pipe);
        cut |= isResponse(operand);
        return Optional.of(operand);
    }

    private static boolean isResponse(Node operand) {
        return operand instanceof Node.Field field && field.names().contains("Response");
    }
}

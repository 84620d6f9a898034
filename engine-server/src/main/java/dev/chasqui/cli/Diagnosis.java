package dev.chasqui.cli;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// All that `doctor` found, in the order it looked.
record Diagnosis(List<Finding> findings) {

    Diagnosis {
        findings = List.copyOf(findings);
    }

    /// Whether this machine can answer anything at all.
    boolean usable() {
        return findings.stream().noneMatch(finding -> finding.level() == Finding.Level.PROBLEM);
    }

    void print(PrintStream out) {
        int width = findings.stream()
                .mapToInt(finding -> finding.topic().length())
                .max()
                .orElse(0);
        for (Finding finding : findings) {
            String mark = switch (finding.level()) {
                case OK -> "ok  ";
                case WARNING -> "WARN";
                case PROBLEM -> "FAIL";
            };
            String topic = finding.topic() + " ".repeat(width - finding.topic().length());
            out.println(mark + "  " + topic + "  " + finding.text());
            finding.remedy().ifPresent(remedy -> out.println("      " + " ".repeat(width) + "  -> " + remedy));
        }
        out.println(usable() ? "chasqui can run here." : "chasqui cannot run here until what says FAIL is put right.");
    }

    String json() {
        JsonMapper mapper = new JsonMapper();
        ObjectNode root = mapper.createObjectNode();
        root.put("usable", usable());
        ArrayNode list = root.putArray("findings");
        for (Finding finding : findings) {
            ObjectNode node = list.addObject();
            node.put("topic", finding.topic());
            node.put("level", finding.level().name().toLowerCase(Locale.ROOT));
            node.put("text", finding.text());
            finding.remedy().ifPresent(remedy -> node.put("remedy", remedy));
        }
        return mapper.writerWithDefaultPrettyPrinter().writeValueAsString(root);
    }
}

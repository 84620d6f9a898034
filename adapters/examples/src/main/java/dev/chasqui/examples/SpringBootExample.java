package dev.chasqui.examples;

import java.util.Map;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.boot.CommandLineRunner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/// An application with the starter on its class path: the model is a bean. What stands here as defaults
/// belongs into an application's `application.properties`; `chasqui.backend=ollama` there asks a server
/// instead.
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class SpringBootExample {

    public static void main(String... arguments) {
        SpringApplication application = new SpringApplication(SpringBootExample.class);
        application.setDefaultProperties(Map.of(
                "chasqui.model",
                Store.MODEL,
                "chasqui.store",
                Store.withTheDefaultModel().toString(),
                "chasqui.options.num-predict",
                "30",
                "spring.main.banner-mode",
                "off"));
        try (ConfigurableApplicationContext running = application.run(arguments)) {
            System.out.println("beans: " + String.join(", ", running.getBeanNamesForType(ChatModel.class)));
        }
    }

    @Bean
    CommandLineRunner ask(ChatModel model) {
        return _ -> System.out.println("chat: " + model.call("What is a market order? One sentence."));
    }
}

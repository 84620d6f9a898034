package dev.chasqui.http;

import dev.chasqui.api.Backend;

class OfficialClientsTest extends OfficialClients {

    @Override
    Backend openBackend() {
        return new ScriptedBackend();
    }

    @Override
    String model() {
        return ScriptedBackend.MODEL;
    }

    @Override
    String kind() {
        return "scripted";
    }
}

// What Java needs of llama.cpp's C++ library `common`, as functions over text: templates of chats, parsers of
// answers, fit to device memory.
//
// A call takes one string of fields and returns one (see fields_in and fields_out); what is JSON in llama.cpp's own
// interface (messages, tools, schemas) stays JSON text inside its field. Every failure leaves as a C++ exception,
// which JavaCPP turns into a Java one. Nothing here is safe from a caller's mistake: AdapterJni's owners in Java
// check lengths, depth and lifetimes first.

#pragma once

#include "chat-auto-parser.h"
#include "chat.h"
#include "fit.h"
#include "json.h"
#include "llama.h"
#include "log.h"

#include <cstdint>
#include <cstring>
#include <ctime>
#include <map>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace chasqui {

// ---- Text over the border ----------------------------------------------------------------------------------------

// A string of fields: each is its length in bytes (32 bits, little endian) and then the bytes. Bytes are UTF-8, and
// may hold any character, NUL too.
class fields_in {
  public:
    explicit fields_in(const std::string & text) : text(text) {}

    std::string next() {
        if (text.size() - at < 4) {
            throw std::invalid_argument("a field is missing");
        }
        uint32_t size = 0;
        for (int i = 3; i >= 0; i--) {
            size = size << 8 | static_cast<unsigned char>(text[at + i]);
        }
        at += 4;
        if (text.size() - at < size) {
            throw std::invalid_argument("a field is cut off");
        }
        std::string field = text.substr(at, size);
        at += size;
        return field;
    }

    int64_t number() { return std::stoll(next()); }
    bool flag() { return number() != 0; }
    bool more() const { return at < text.size(); }
    std::string rest() const { return text.substr(at); }

  private:
    const std::string & text;
    size_t              at = 0;
};

class fields_out {
  public:
    fields_out & add(const std::string & field) {
        for (int shift = 0; shift < 32; shift += 8) {
            text += static_cast<char>(field.size() >> shift & 0xff);
        }
        text += field;
        return *this;
    }

    fields_out & number(int64_t value) { return add(std::to_string(value)); }
    fields_out & flag(bool value) { return number(value ? 1 : 0); }

    fields_out & list(const std::vector<std::string> & values) {
        number(static_cast<int64_t>(values.size()));
        for (const auto & value : values) {
            add(value);
        }
        return *this;
    }

    fields_out & join(const std::string & fields) {
        text += fields;
        return *this;
    }

    const std::string & so_far() const { return text; }

    // The string goes to Java as a pointer to it, so that Java allocates the array it copies to, and an exhausted
    // Java heap is an OutOfMemoryError and not a write to nowhere.
    int64_t give() { return reinterpret_cast<int64_t>(new std::string(std::move(text))); }

  private:
    std::string text;
};

inline int64_t given_size(int64_t given) {
    return static_cast<int64_t>(reinterpret_cast<std::string *>(given)->size());
}

inline void given_copy(int64_t given, signed char * target) {
    const auto * text = reinterpret_cast<std::string *>(given);
    std::memcpy(target, text->data(), text->size());
}

inline void given_free(int64_t given) {
    delete reinterpret_cast<std::string *>(given);
}

// Exceptions reach Java through JNI's NewStringUTF, which reads Java's modified UTF-8: a character beyond the basic
// plane is two surrogates of three bytes each. Anything that is not UTF-8 becomes a question mark.
inline std::string modified_utf8(const std::string & text) {
    std::string out;
    for (size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i]);
        const int  size = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3
                          : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
        uint32_t   code = size < 2 ? lead : lead & (0x7f >> size);
        bool       good = size > 0 && i + size <= text.size();
        for (int k = 1; good && k < size; k++) {
            const auto next = static_cast<unsigned char>(text[i + k]);
            good = (next & 0xc0) == 0x80;
            code = code << 6 | (next & 0x3f);
        }
        if (!good) {
            out += '?';
            i++;
            continue;
        }
        if (size == 4) {
            for (const uint32_t half : { 0xd800 + ((code - 0x10000) >> 10), 0xdc00 + ((code - 0x10000) & 0x3ff) }) {
                out += static_cast<char>(0xe0 | half >> 12);
                out += static_cast<char>(0x80 | (half >> 6 & 0x3f));
                out += static_cast<char>(0x80 | (half & 0x3f));
            }
        } else {
            out.append(text, i, size);
        }
        i += size;
    }
    return out;
}

template <typename Call> auto guarded(Call && call) {
    try {
        return call();
    } catch (const std::exception & e) {
        throw std::runtime_error(modified_utf8(e.what()));
    }
}

// `common` prints warnings to stderr and repeats what it throws. Java hears of failures by exceptions, so nothing is
// lost when it is silent.
inline void silence() {
    common_log_set_verbosity_thold(-1);
}

// Nested JSON is walked by recursion in `common`.
inline void require_depth(const std::string & json, int limit, const char * what) {
    int  depth   = 0;
    bool quoted  = false;
    for (size_t i = 0; i < json.size(); i++) {
        const char c = json[i];
        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if (c == '"') {
            quoted = true;
        } else if (c == '[' || c == '{') {
            if (++depth > limit) {
                throw std::invalid_argument(std::string(what) + " is nested deeper than " + std::to_string(limit));
            }
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
}

// ---- Templates ---------------------------------------------------------------------------------------------------

// A template's clock. `common` has no way to tell `strftime_now` the time, and a prompt's date is part of the prefix
// that requests share. So a template which asks for the time gets a macro of that name, whose answers, one for each
// format that its text mentions, are a variable.
class clock_macro {
  public:
    explicit clock_macro(const std::string & source) {
        static const std::string call = "strftime_now(";
        for (size_t at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
            const size_t open = source.find_first_not_of(" \t\n", at + call.size());
            if (open == std::string::npos || (source[open] != '"' && source[open] != '\'')) {
                formats.clear();
                return;  // a format that is computed: the real clock stays
            }
            const size_t close = source.find(source[open], open + 1);
            if (close == std::string::npos) {
                formats.clear();
                return;
            }
            formats.push_back(source.substr(open + 1, close - open - 1));
        }
    }

    std::string with_macro(const std::string & source) const {
        return formats.empty() ? source
                               : "{%- macro strftime_now(format) -%}{%- if chasqui_times is defined -%}"
                                 "{{- chasqui_times[format] -}}{%- endif -%}{%- endmacro %}" +
                                     source;
    }

    void set(std::map<std::string, std::string> & variables, std::time_t now) const {
        std::tm local {};
#ifdef _WIN32
        localtime_s(&local, &now);
#else
        localtime_r(&now, &local);
#endif
        const auto format = [&](const std::string & pattern) {
            char buffer[256];
            return std::string(buffer, std::strftime(buffer, sizeof(buffer), pattern.c_str(), &local));
        };
        const auto set_once = [&](const char * name, const common_json & value) {
            variables.emplace(name, value.dump_safe());
        };
        set_once("date_string", common_json::make(format("%d %b %Y")));
        set_once("datetime", common_json::make(format("%b %d %Y")));
        if (!formats.empty()) {
            common_json times = common_json::object();
            for (const auto & pattern : formats) {
                times[pattern] = format(pattern);
            }
            set_once("chasqui_times", times);
        }
    }

  private:
    std::vector<std::string> formats;
};

struct chat_template {
    clock_macro                           clock;
    std::unique_ptr<common_chat_template> jinja;
    common_chat_templates_ptr             templates;

    // How answers are to be read, for requests that ask alike: see plain_key.
    std::mutex                         lock;
    std::map<std::string, std::string> known;

    static constexpr size_t most_known = 64;
};

inline chat_template & template_at(int64_t handle) {
    return *reinterpret_cast<chat_template *>(handle);
}

// source, bos, eos -> handle
inline int64_t template_open(const std::string & request) {
    return guarded([&] {
        fields_in         in(request);
        const std::string source = in.next();
        const std::string bos    = in.next();
        const std::string eos    = in.next();
        const clock_macro clock(source);
        const std::string ready = clock.with_macro(source);
        // common_chat_templates_init rethrows a syntax error as a bare std::exception and so loses its message: the
        // same text is parsed here first
        auto jinja     = std::make_unique<common_chat_template>(source == "chatml" ? "" : ready, bos, eos);
        auto templates = common_chat_templates_init(nullptr, ready, bos, eos);
        if (const std::string used = common_chat_templates_source(templates.get()); used != jinja->src) {
            jinja = std::make_unique<common_chat_template>(used, bos, eos);
        }
        std::unique_ptr<chat_template> opened(
            new chat_template { clock, std::move(jinja), std::move(templates), {}, {} });
        return reinterpret_cast<int64_t>(opened.release());
    });
}

inline void template_close(int64_t handle) {
    delete reinterpret_cast<chat_template *>(handle);
}

// -> thinking, then (name, flag) pairs
inline int64_t template_capabilities(int64_t handle) {
    return guarded([&] {
        const auto * templates = template_at(handle).templates.get();
        fields_out out;
        out.flag(common_chat_templates_support_enable_thinking(templates));
        for (const auto & [name, value] : common_chat_templates_get_caps(templates)) {
            out.add(name).flag(value);
        }
        return out.give();
    });
}

inline common_chat_templates_inputs inputs_of(chat_template & chat, fields_in & in) {
    common_chat_templates_inputs inputs;
    inputs.messages = common_chat_msgs_parse_oaicompat(common_json::parse(in.next()));
    for (const auto & message : inputs.messages) {
        for (const auto & call : message.tool_calls) {
            require_depth(call.arguments, 64, "the arguments of a tool call");
        }
    }
    const auto now = static_cast<std::time_t>(in.number());

    const std::string tools = in.next();
    if (!tools.empty()) {
        inputs.tools = common_chat_tools_parse_oaicompat(common_json::parse(tools));
    }
    inputs.tool_choice            = common_chat_tool_choice_parse_oaicompat(in.next());
    const std::string only_tool   = in.next();
    inputs.parallel_tool_calls    = in.flag();
    inputs.json_schema            = in.next();
    inputs.grammar                = in.next();
    inputs.add_generation_prompt  = in.flag();
    inputs.continue_final_message = in.flag() ? COMMON_CHAT_CONTINUATION_AUTO : COMMON_CHAT_CONTINUATION_NONE;
    inputs.enable_thinking        = in.flag();
    inputs.reasoning_format       = in.flag() ? COMMON_REASONING_FORMAT_DEEPSEEK : COMMON_REASONING_FORMAT_NONE;
    while (in.more()) {
        std::string name                  = in.next();
        inputs.chat_template_kwargs[name] = in.next();
    }
    inputs.now = std::chrono::system_clock::from_time_t(now);
    chat.clock.set(inputs.chat_template_kwargs, now);

    if (!only_tool.empty()) {
        std::vector<common_chat_tool> named;
        for (const auto & tool : inputs.tools) {
            if (tool.name == only_tool) {
                named.push_back(tool);
            }
        }
        if (named.empty()) {
            throw std::invalid_argument("tool_choice names '" + only_tool + "', which is not among the tools");
        }
        inputs.tools = named;
    }
    return inputs;
}

// Most of a rendering's time goes into finding out, by rendering test chats, how the template's answers are to be
// read. That does not depend on what the messages say, so it is kept for the next request that asks alike: with the
// same everything but the messages, and messages that are plain texts of the same roles.
//
// -> empty if there is no such key: the messages hold something that `common` rewrites before it renders
inline std::string plain_key(const chat_template & chat, const common_chat_templates_inputs & inputs,
                             const std::string & request) {
    const auto & caps = chat.jinja->caps;
    if (!caps.supports_string_content || inputs.messages.empty() ||
        inputs.continue_final_message != COMMON_CHAT_CONTINUATION_NONE) {
        return "";
    }
    std::map<std::string, bool> roles;
    for (const auto & message : inputs.messages) {
        const bool known = message.role == "user" || message.role == "assistant" ||
                           (message.role == "system" && caps.supports_system_role);
        if (!known || !message.content_parts.empty() || !message.tool_calls.empty() ||
            !message.reasoning_content.empty() || !message.tool_name.empty() || !message.tool_call_id.empty()) {
            return "";
        }
        roles[message.role] = true;
    }
    fields_out key;
    for (const auto & [role, seen] : roles) {
        key.add(role);
    }
    key.add(inputs.messages.back().role);
    fields_in  in(request);
    in.next();  // the messages
    in.next();  // the time
    return key.so_far() + in.rest();
}

inline std::string render_directly(const chat_template & chat, const common_chat_templates_inputs & inputs) {
    autoparser::generation_params params;
    params.messages = common_json::array();
    for (const auto & message : inputs.messages) {
        params.messages.push_back(message.to_json_oaicompat());
    }
    if (!inputs.tools.empty()) {
        params.tools = common_chat_tools_to_json_oaicompat(inputs.tools);
    }
    params.enable_thinking       = inputs.enable_thinking;
    params.add_generation_prompt = inputs.add_generation_prompt;
    params.extra_context         = common_json::object();
    for (const auto & [name, value] : inputs.chat_template_kwargs) {
        params.extra_context[name] = common_json::parse(value);
    }
    return common_chat_template_direct_apply(*chat.jinja, params);
}

// All but the prompt.
inline std::string answer_fields(const common_chat_params & params, const common_chat_templates_inputs & inputs) {
    fields_out out;
    out.add(common_chat_format_name(params.format))
        .add(params.grammar)
        .flag(params.grammar_lazy)
        .add(params.generation_prompt)
        .flag(params.supports_thinking)
        .add(params.thinking_start_tag)
        .list(params.thinking_end_tags)
        .list(params.additional_stops)
        .list(params.preserved_tokens);
    out.number(static_cast<int64_t>(params.grammar_triggers.size()));
    for (const auto & trigger : params.grammar_triggers) {
        out.number(trigger.type).add(trigger.value).number(trigger.token);
    }
    out.add(fields_out()
                .number(params.format)
                .add(params.generation_prompt)
                .add(params.parser)
                .flag(inputs.reasoning_format != COMMON_REASONING_FORMAT_NONE)
                .flag(inputs.continue_final_message != COMMON_CHAT_CONTINUATION_NONE)
                .so_far());
    return out.so_far();
}

inline int64_t template_render(int64_t handle, const std::string & request) {
    return guarded([&] {
        auto &            chat = template_at(handle);
        fields_in         in(request);
        const auto        inputs = inputs_of(chat, in);
        const std::string key    = plain_key(chat, inputs, request);
        if (!key.empty()) {
            std::unique_lock<std::mutex> hold(chat.lock);
            const auto                   found = chat.known.find(key);
            if (found != chat.known.end()) {
                const std::string answer = found->second;
                hold.unlock();
                return fields_out().add(render_directly(chat, inputs)).join(answer).give();
            }
        }
        const auto        params = common_chat_templates_apply(chat.templates.get(), inputs);
        const std::string answer = answer_fields(params, inputs);
        // A template that `common` treats specially may be rendered from something else than what was given.
        if (!key.empty() && render_directly(chat, inputs) == params.prompt) {
            const std::lock_guard<std::mutex> hold(chat.lock);
            if (chat.known.size() >= chat_template::most_known) {
                chat.known.clear();
            }
            chat.known[key] = answer;
        }
        return fields_out().add(params.prompt).join(answer).give();
    });
}

// ---- Answers -----------------------------------------------------------------------------------------------------

struct output_parser {
    common_chat_parser_params params;
    std::string               text;  // of the answer, so far
    common_chat_msg           seen;  // what `text` said when it was last looked at
};

inline output_parser & parser_at(int64_t handle) {
    return *reinterpret_cast<output_parser *>(handle);
}

// the last field of template_render's answer -> handle
inline int64_t parser_open(const std::string & state) {
    return guarded([&] {
        fields_in in(state);
        auto      opened                 = std::make_unique<output_parser>();
        opened->params.format            = static_cast<common_chat_format>(in.number());
        opened->params.generation_prompt = in.next();
        const std::string arena          = in.next();
        if (!arena.empty()) {
            opened->params.parser.load(arena);
        }
        opened->params.reasoning_format = in.flag() ? COMMON_REASONING_FORMAT_DEEPSEEK : COMMON_REASONING_FORMAT_NONE;
        opened->params.is_continuation  = in.flag();
        if (opened->params.is_continuation) {
            opened->seen = common_chat_parse("", true, opened->params);  // the part of the answer that was given
        }
        return reinterpret_cast<int64_t>(opened.release());
    });
}

inline void parser_close(int64_t handle) {
    delete reinterpret_cast<output_parser *>(handle);
}

// partial, text -> content, reasoning, calls of (id, name, arguments)
inline int64_t parser_parse(int64_t handle, const std::string & request) {
    return guarded([&] {
        fields_in  in(request);
        const bool partial = in.flag();
        const auto message = common_chat_parse(in.next(), partial, parser_at(handle).params);
        fields_out out;
        out.add(message.content).add(message.reasoning_content);
        for (const auto & call : message.tool_calls) {
            out.add(call.id).add(call.name).add(call.arguments);
        }
        return out.give();
    });
}

// partial, the answer's next piece -> differences of (content, reasoning, call or -1, id, name, arguments)
inline int64_t parser_push(int64_t handle, const std::string & request) {
    return guarded([&] {
        auto &     parser  = parser_at(handle);
        fields_in  in(request);
        const bool partial = in.flag();
        parser.text += in.next();
        const auto message = common_chat_parse(parser.text, partial, parser.params);
        fields_out out;
        if (partial && message.empty()) {
            return out.give();
        }
        for (const auto & diff : common_chat_msg_diff::compute_diffs(parser.seen, message)) {
            const bool call = diff.tool_call_index != std::string::npos;
            out.add(diff.content_delta)
                .add(diff.reasoning_content_delta)
                .number(call ? static_cast<int64_t>(diff.tool_call_index) : -1)
                .add(diff.tool_call_delta.id)
                .add(diff.tool_call_delta.name)
                .add(diff.tool_call_delta.arguments);
        }
        parser.seen = message;
        return out.give();
    });
}

// ---- Memory ------------------------------------------------------------------------------------------------------

// The fit changes the process's logger and loads the model's outline up to a few dozen times; each would repeat all of
// the loader's lines. Errors pass, the rest does not, and the logger is put back on every way out.
class quiet_logger {
  public:
    quiet_logger() {
        llama_log_get(&callback, &user_data);
        llama_log_set(
            [](ggml_log_level level, const char * text, void * self) {
                const auto * logger = static_cast<quiet_logger *>(self);
                if (level == GGML_LOG_LEVEL_ERROR && logger->callback) {
                    logger->callback(level, text, logger->user_data);
                }
            },
            this);
    }
    ~quiet_logger() { llama_log_set(callback, user_data); }
    quiet_logger(const quiet_logger &)             = delete;
    quiet_logger & operator=(const quiet_logger &) = delete;

  private:
    ggml_log_callback callback  = nullptr;
    void *            user_data = nullptr;
};

// path, context, least context, batch, micro-batch, sequences, unified, flash attention, K type, V type, GPU layers,
// margin in bytes, rows with logits, main GPU (-1 for all), shares of the GPUs -> status, context, GPU layers, devices of (name, share, total, free, weights, context, compute)
// with the host last, overrides of (pattern, buffer)
inline int64_t fit(const std::string & request) {
    return guarded([&] {
        fields_in         in(request);
        const std::string path    = in.next();
        auto              model   = llama_model_default_params();
        auto              context = llama_context_default_params();
        context.n_ctx             = static_cast<uint32_t>(in.number());
        const auto least_context  = static_cast<uint32_t>(in.number());
        context.n_batch           = static_cast<uint32_t>(in.number());
        context.n_ubatch          = static_cast<uint32_t>(in.number());
        context.n_seq_max         = static_cast<uint32_t>(in.number());
        context.kv_unified        = in.flag();
        context.flash_attn_type   = static_cast<llama_flash_attn_type>(in.number());
        context.type_k            = static_cast<ggml_type>(in.number());
        context.type_v            = static_cast<ggml_type>(in.number());
        const auto gpu_layers     = static_cast<int32_t>(in.number());
        const auto margin         = static_cast<size_t>(in.number());
        context.n_outputs_max     = static_cast<uint32_t>(in.number());
        const auto main_gpu       = static_cast<int32_t>(in.number());
        if (gpu_layers >= 0) {
            model.n_gpu_layers = gpu_layers;
        }
        if (main_gpu >= 0) {
            model.split_mode = LLAMA_SPLIT_MODE_NONE;
            model.main_gpu   = main_gpu;
        }
        if (ggml_backend_dev_by_type(GGML_BACKEND_DEVICE_TYPE_CPU) == nullptr) {
            throw std::runtime_error("no CPU backend is loaded");
        }

        std::vector<float>                            split(llama_max_devices() + 1, 0.0f);
        std::vector<size_t>                           margins(llama_max_devices() + 1, margin);
        std::vector<llama_model_tensor_buft_override> overrides(llama_max_tensor_buft_overrides() + 1,
                                                                { nullptr, nullptr });

        for (size_t i = 0; in.more() && i < llama_max_devices(); i++) {
            split[i]           = std::stof(in.next());
            model.tensor_split = split.data();
        }

        const quiet_logger quiet;
        const auto status = common_fit_params(path.c_str(), &model, &context, split.data(), overrides.data(),
                                              margins.data(), least_context, nullptr, GGML_LOG_LEVEL_ERROR);
        if (status == COMMON_PARAMS_FIT_STATUS_ERROR) {
            throw std::runtime_error("llama.cpp could not read the outline of " + path);
        }

        std::vector<ggml_backend_dev_t> devices;
        uint32_t                        layers = 0, trained = 0, experts = 0;
        const auto memory = common_get_device_memory_data(path.c_str(), &model, &context, devices, layers, trained,
                                                          experts, GGML_LOG_LEVEL_ERROR);
        fields_out out;
        out.flag(status == COMMON_PARAMS_FIT_STATUS_SUCCESS)
            .number(context.n_ctx == 0 ? trained : context.n_ctx)
            .number(devices.empty() ? 0 : model.n_gpu_layers)
            .number(layers)
            .number(static_cast<int64_t>(memory.size()));
        for (size_t i = 0; i < memory.size(); i++) {
            const bool host = i >= devices.size();
            out.add(host ? "CPU" : ggml_backend_dev_name(devices[i]))
                .add(host ? "0" : std::to_string(split[i]))
                .number(memory[i].total)
                .number(memory[i].free)
                .number(static_cast<int64_t>(memory[i].model))
                .number(static_cast<int64_t>(memory[i].context))
                .number(static_cast<int64_t>(memory[i].compute));
        }
        for (const auto & rule : overrides) {
            if (rule.pattern == nullptr) {
                break;
            }
            out.add(rule.pattern).add(ggml_backend_buft_name(rule.buft));
        }
        return out.give();
    });
}

}  // namespace chasqui

// Calls of partners: see inbound.h.
#include "runtime/engine/inbound.h"

#include <fmt/format.h>

#include <algorithm>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/arguments.h"
#include "runtime/engine/partition.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

using InboundWhat = abi::Interface::Operation::What;

constexpr size_t kIdempotencyKeyBytesMax = 200;

std::unexpected<Refusal> refuse_call(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

const abi::Interface* find_interface(const abi::Program& program, const InboundRequest& request) {
  for (const abi::Interface& interface : program.interfaces) {
    if (interface.name == request.interface && interface.version == request.version) return &interface;
  }
  return nullptr;
}

// What the operation gives on: an object of what it takes from the parameters and of what is written.
Json given_on(const EngineState& state, const abi::Interface::Operation& operation,
              const std::vector<std::string>& names, const abi::Arena& arena, abi::Cell parameters) {
  const auto& fields = state.types[operation.parameters].fields;
  Json given = Json::object();
  for (size_t i = 0; i < operation.arguments.size(); ++i) {
    const auto& argument = operation.arguments[i];
    if (!argument.parameter) {
      if (!argument.json.empty()) given[names[i]] = Json::parse(argument.json);
      continue;
    }
    const abi::Cell cell = arena.cells(abi::reference_of(parameters))[*argument.parameter];
    Json value = Json::parse(abi::value_to_json(state.types, fields[*argument.parameter].type, arena, cell));
    if (!value.is_null()) given[names[i]] = std::move(value);
  }
  return given;
}

// As a task's scope reads; nothing when an optional is absent, which nobody answers for.
std::string scope_of(const EngineState& state, const abi::Interface::Operation& operation,
                     const abi::Arena& arena, abi::Cell parameters) {
  const abi::TypeId type = state.types[operation.parameters].fields[*operation.scope].type;
  const abi::Cell cell = arena.cells(abi::reference_of(parameters))[*operation.scope];
  return abi::scalar_text(state.types[type], arena, cell);
}

std::expected<void, Refusal> give(const EngineState& state, const abi::Interface::Operation& operation,
                                  const abi::Arena& arena, abi::Cell parameters, ParsedCall& into) {
  const abi::Program& program = *state.program;
  std::vector<std::string> names;
  if (operation.what == InboundWhat::Sends) {
    const abi::Event& event = program.events[operation.target];
    for (const abi::Field& field : state.types[event.record].fields) names.push_back(field.name);
    into.call.event.type = event.type;
    into.call.event.data = given_on(state, operation, names, arena, parameters).dump();
    abi::Arena fits;
    auto record = event_record(state.types, event, into.call.event.data, fits);
    if (!record) return refuse_call(Refusal::Kind::Invalid, record.error());
    return {};
  }
  const abi::Workflow& workflow = program.workflows[operation.target];
  for (const auto& parameter : workflow.parameters) names.push_back(parameter.name);
  auto start = parse_start(state, workflow, given_on(state, operation, names, arena, parameters).dump());
  if (!start) return refuse_call(Refusal::Kind::Invalid, start.error());
  into.start = std::move(*start);
  return {};
}

}  // namespace

std::expected<ParsedCall, Refusal> parse_call(const EngineState& state, const InboundRequest& request,
                                              Instant now) {
  const abi::Program& program = *state.program;
  const abi::Interface* interface = find_interface(program, request);
  if (interface == nullptr)
    return refuse_call(Refusal::Kind::NotFound, fmt::format("there is no interface {} version {}",
                                                            request.interface, request.version));
  const std::string& kind = program.partners[interface->partner].name;
  if (kind != request.partner_kind)
    return refuse_call(Refusal::Kind::Denied, fmt::format("{} is not for you", interface->name));
  if (interface->until && now >= *interface->until)
    return refuse_call(Refusal::Kind::Gone,
                       fmt::format("{} version {} is gone since {}", interface->name, interface->version,
                                   instant_to_text(*interface->until)));
  const auto operation =
      std::ranges::find(interface->operations, request.operation, &abi::Interface::Operation::name);
  if (operation == interface->operations.end())
    return refuse_call(Refusal::Kind::NotFound,
                       fmt::format("{} version {} has no operation \"{}\"", interface->name,
                                   interface->version, request.operation));
  if (request.key.empty() || request.key.size() > kIdempotencyKeyBytesMax)
    return refuse_call(Refusal::Kind::Invalid, fmt::format("a call needs an Idempotency-Key of 1 to {} bytes",
                                                           kIdempotencyKeyBytesMax));
  if (nesting_of(request.arguments_json) > abi::kValueDepthMax)
    return refuse_call(Refusal::Kind::Invalid,
                       fmt::format("the body is nested more than {} deep", abi::kValueDepthMax));
  abi::Arena arena;
  auto parameters = abi::value_from_json(state.types, operation->parameters, request.arguments_json, arena);
  if (!parameters) return refuse_call(Refusal::Kind::Invalid, parameters.error().detail);
  if (operation->scope && !answers_for(state.options.partners, kind, request.partner,
                                       scope_of(state, *operation, arena, *parameters)))
    return refuse_call(Refusal::Kind::Denied,
                       fmt::format("you do not answer for this `{}`",
                                   state.types[operation->parameters].fields[*operation->scope].name));

  ParsedCall parsed;
  const std::string who = kind + '\0' + request.partner;
  parsed.home = who + '\0' + request.key;
  const std::string name = fmt::format("{}/{}/{}", interface->name, interface->version, operation->name);
  // A table of its own kind: no `source` and no request id of the other API comes near it.
  parsed.call.seen_key = "p" + abi::sha256(parsed.home);
  parsed.call.content = abi::sha256(
      name + '\0' + canonical(abi::value_to_json(state.types, operation->parameters, arena, *parameters)));
  parsed.call.event.source = fmt::format("partner:{}/{}", kind, request.partner);
  parsed.call.event.id = request.key;
  parsed.call.event.partner = request.partner;
  parsed.call.event.call = name;
  if (auto given = give(state, *operation, arena, *parameters, parsed); !given)
    return std::unexpected(given.error());
  if (parsed.start) {
    parsed.start->request_id = parsed.home;
    parsed.start->asked.partner = request.partner;
    parsed.start->asked.call = name;
  }
  return parsed;
}

std::expected<std::string, Refusal> start_answer(const std::expected<std::string, Refusal>& started,
                                                 const std::string& key) {
  if (started) return Json{{"accepted", true}, {"key", key}}.dump();
  if (started.error().kind == Refusal::Kind::Conflict)
    return refuse_call(Refusal::Kind::Conflict, fmt::format("\"{}\" runs already", key));
  return std::unexpected(started.error());
}

// The key first, in the record that holds what it stands for: asked again, it is answered from there.
void Partition::take_call(InboundCall& call) {
  const auto seen = find<rows::Seen>(Table::Dedup, call.seen_key);
  if (seen && !broken(Rule::CallsOfPartnersAreTakenOnce)) {
    if (seen->content == call.content)
      return answer(call.reply, Json{{"accepted", true}, {"duplicate", true}}.dump());
    return answer(call.reply,
                  refuse_call(Refusal::Kind::Conflict,
                              fmt::format("the Idempotency-Key \"{}\" was used for another call; give each "
                                          "call a key of its own",
                                          call.event.id)));
  }
  put(Table::Dedup, call.seen_key, rows::Seen{now_, 0, call.content});
  overlay_.put(Table::Dedup, "t" + rows::time_key(now_) + call.seen_key, "");
  if (!oldest_seen_) oldest_seen_ = now_;
  if (!call.event.type.empty()) {
    ++state_.counters.events;
    call.event.stored = now_;
    send_message(call.event);
  }
  answer(call.reply, Json{{"accepted", true}, {"duplicate", false}}.dump());
}

}  // namespace endcap

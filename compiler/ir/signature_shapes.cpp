// Structures of types, payloads and projections.
#include <fmt/format.h>

#include <array>

#include "compiler/ir/signature_parts.h"
#include "runtime/abi/shape.h"

namespace endcap::ir {

using abi::Kind;

const std::string& ShapeTexts::structure(abi::TypeId id) {
  auto found = known_.find(id);
  if (found != known_.end()) return found->second;
  std::string text = "nothing";
  if (id < types_.size()) {
    const abi::Type& type = types_[id];
    text = make(type);
    if (!type.refinement.empty())
      text = fmt::format("{}={} {}", type.refinement, text, abi::bounds_text(type));
    if (type.identifier != Identifier::None)
      text += fmt::format(" check digit {}", to_string(type.identifier));
  }
  return known_.emplace(id, std::move(text)).first->second;
}

std::string ShapeTexts::make(const abi::Type& type) {
  switch (type.kind) {
    case Kind::Decimal:
    case Kind::Percent:
      return abi::number_type_text(type);
    case Kind::Money:
    case Kind::Quantity:
      return fmt::format("{}<{}>({},{})", abi::kind_text(type.kind), type.name, type.precision, type.scale);
    case Kind::Text: {
      std::string text = type.max_length == 0 ? "Text" : fmt::format("Text({})", type.max_length);
      return type.name.empty() ? text : fmt::format("{}={}", type.name, text);
    }
    case Kind::Enum:
      return fmt::format("{}[{}]", type.name, fmt::join(type.values, "|"));
    case Kind::Record: {
      std::string text = type.name + "{";
      for (const abi::Field& field : type.fields)
        text += fmt::format("{}: {}{}{}; ", field.name, structure(field.type), field.key ? " key" : "",
                            field.advice ? " advice" : "");
      return text + "}";
    }
    case Kind::List:
    case Kind::Optional:
    case Kind::Proposal:
      return fmt::format("{} of {}", abi::kind_text(type.kind),
                         type.element == abi::kNoType ? "nothing" : structure(type.element));
    default:
      return std::string(abi::kind_text(type.kind));
  }
}

std::string short_hash(std::string_view text) { return abi::hex(abi::sha256(text)).substr(0, 16); }

std::string payload_hash(const abi::Program& program, const abi::Operation& operation, ShapeTexts& shapes) {
  std::string text =
      fmt::format("{} {} {} {}\n{}", program.systems[operation.system].name, static_cast<int>(operation.form),
                  operation.target, operation.is_action, shapes.structure(operation.payload));
  for (const abi::WireField& field : operation.fields)
    text +=
        fmt::format("\n{} {} {} {} {}", field.name, field.unit_name, field.edm_type, field.scale, field.key);
  return short_hash(text);
}

std::string projection_hash(const abi::Program& program, const abi::View& view) {
  std::string text = fmt::format("{} {}", program.systems[view.system].name, view.entity_set);
  for (const abi::ViewField& field : view.fields)
    text += fmt::format("\n{} {}", field.wire.name, field.wire.unit_name);
  return short_hash(text);
}

std::string key_hash(const abi::Program& program, const abi::View& view, ShapeTexts& shapes) {
  std::string text = fmt::format("{} {}", program.systems[view.system].name, view.entity_set);
  for (const uint32_t field : view.key) {
    const abi::TypeId type = program.types[view.record].fields[field].type;
    text += fmt::format("\n{} {}", view.fields[field].wire.name, shapes.structure(type));
  }
  return short_hash(text);
}

std::string facts_hash(const abi::Program& program, const abi::Policy& policy, ShapeTexts& shapes) {
  std::string text = policy.facts == abi::kNoType ? std::string() : shapes.structure(policy.facts);
  for (const abi::Policy::Recheck& recheck : policy.rechecks) {
    const abi::View& view = program.views[recheck.view];
    text += fmt::format("\n{} {}", view.name, key_hash(program, view, shapes));
    for (const uint32_t fact : recheck.key_facts) text += fmt::format(" {}", fact);
    for (const auto& [fact, field] : recheck.facts)
      text += fmt::format(" {}={}", fact, view.fields[field].wire.name);
  }
  return short_hash(text);
}

std::string machine_path(const abi::Machine& machine) {
  const size_t slash = machine.name.find('/');
  return slash == std::string::npos ? "" : machine.name.substr(slash + 1);
}

std::string start_path(const abi::Machine& machine) {
  const std::string path = machine_path(machine);
  return path.empty() ? "(start)" : path + " (start)";
}

std::string_view kind_name(abi::WaitKind kind) {
  static constexpr std::array<std::string_view, 19> kNames{
      "read operation", "read view", "read navigation", "notify",         "approve",  "ask again",
      "write",          "task",      "until",           "event",          "for each", "together",
      "throughout",     "run",       "raise",           "raise and wait", "ask",      "due",
      "sweep"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace endcap::ir

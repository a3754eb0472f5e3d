// Tests: partners that call an interface.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/sema/plain.h"
#include "runtime/abi/value_json.h"
#include "tools/testing/story.h"

namespace endcap::testing {

// The first of endcap.toml who answers for what it is about; the first of all when nobody does.
std::string Story::partner_for(const abi::Interface& interface, const abi::Interface::Operation& operation,
                               const Json& arguments) const {
  const std::string& kind = program_->partners[interface.partner].name;
  const auto known = options_.partners.find(kind);
  if (known == options_.partners.end() || known->second.empty()) return {};
  std::optional<std::string> scope;
  if (operation.scope) {
    const auto& fields = program_->types[operation.parameters].fields;
    const Json value = arguments.value(fields[*operation.scope].name, Json());
    scope = value.is_string() ? value.get<std::string>() : value.dump();
  }
  const auto& partners = known->second;
  const auto found = std::ranges::find_if(
      partners, [&](const auto& each) { return answers_for(options_.partners, kind, each.first, scope); });
  return found == partners.end() ? partners.begin()->first : found->first;
}

Story::Went Story::act(const sema::PartnerCalls& call) {
  const abi::Interface& interface = program_->interfaces[call.interface];
  const abi::Interface::Operation& operation = interface.operations[call.operation];
  if (call.at) {
    if (auto opened = world_.open(*call.at); !opened) return opened;
  }
  Json arguments = Json::object();
  for (const auto& [name, value] : call.arguments) {
    abi::Arena arena;
    const abi::Cell cell = sema::plain_value(program_->types, *value, arena).value();
    arguments[name] = Json::parse(abi::value_to_json(program_->types, value->type, arena, cell));
  }
  const std::string partner =
      call.person.empty() ? partner_for(interface, operation, arguments) : call.person;
  const auto answer = world_.call(interface, operation.name, partner, arguments.dump());
  if (!answer && !call.refused)
    return std::unexpected(fmt::format("{} was refused: {}", partner, answer.error()));
  if (answer && call.refused) return std::unexpected(fmt::format("it was taken from {}", partner));
  if (answer)
    result_.called.insert(fmt::format("{}/{}/{}", interface.name, interface.version, operation.name));
  if (call.starts_story) {
    const std::string& workflow = program_->workflows[operation.target].name;
    for (const Json& each : world_.instances()) {
      if (each.at("workflow") == workflow) observed_.follow(each.at("id").get<uint64_t>());
    }
  }
  return settle(call.at.value_or(world_.now()));
}

}  // namespace endcap::testing

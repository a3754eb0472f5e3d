// Starts: from arguments to an instance with a key of its own.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/arguments.h"
#include "runtime/engine/partition.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

constexpr size_t kKeyBytesMax = 200;

Refusal conflict(std::string message) { return {Refusal::Kind::Conflict, std::move(message)}; }

// "AC-100, 1001": the parts of a key, told apart whatever is in them.
std::string key_of(const EngineState& state, const abi::Workflow& workflow,
                   const std::vector<abi::Cell>& cells, abi::Arena& arena) {
  std::string key;
  for (const uint32_t parameter : workflow.key_parameters) {
    const std::string part =
        abi::key_text(arena, state.types, workflow.parameters[parameter].type, cells[parameter], nullptr);
    if (workflow.key_parameters.size() == 1) return part;
    if (parameter != workflow.key_parameters.front()) key += ", ";
    for (const char c : part) {
      if (c == ',' || c == '\\') key += '\\';
      key += c;
    }
  }
  return key;
}

std::string key_names(const abi::Workflow& workflow) {
  std::string names;
  for (const uint32_t parameter : workflow.key_parameters)
    names += (names.empty() ? "" : ", ") + workflow.parameters[parameter].name;
  return names;
}

}  // namespace

std::expected<ParsedStart, std::string> parse_start(const EngineState& state, const abi::Workflow& workflow,
                                                    const std::string& arguments_json) {
  const abi::Program& program = *state.program;
  abi::Arena arena;
  auto cells = start_cells(state.types, workflow, arguments_json, arena);
  if (!cells) return std::unexpected(cells.error());
  ParsedStart start;
  start.workflow = static_cast<uint32_t>(&workflow - program.workflows.data());
  start.key = key_of(state, workflow, *cells, arena);
  if (start.key.empty() || start.key.size() > kKeyBytesMax) {
    return std::unexpected(
        fmt::format("the key {} must have 1 to {} bytes", key_names(workflow), kKeyBytesMax));
  }
  std::vector<abi::TypeId> slots;
  for (const abi::Slot& slot : program.machines[workflow.main].parameters) slots.push_back(slot.type);
  abi::FrameHeader header;
  header.machine = static_cast<uint16_t>(workflow.main);
  header.program = rows::from_big_endian(program.hash);
  auto frame = abi::pack_frame(state.types, slots, *cells, arena, header, start.blobs);
  if (!frame) return std::unexpected(frame.error().detail);
  start.frame = std::move(*frame);
  start.arguments = arguments_json.empty() ? "{}" : arguments_json;
  Json named = Json::object();
  for (size_t i = 0; i < workflow.parameters.size(); ++i) {
    const auto& parameter = workflow.parameters[i];
    named[parameter.name] = Json::parse(abi::value_to_json(state.types, parameter.type, arena, (*cells)[i]));
  }
  start.content = abi::sha256(canonical(named.dump()));
  return start;
}

void Partition::start_instance(ParsedStart& start) {
  const abi::Workflow& workflow = program().workflows[start.workflow];
  const std::string key = rows::workflow_key(workflow.name, start.key);
  const bool by_partner = !start.asked.partner.empty();
  const std::string seen_key = (by_partner ? "q" : "s") + abi::sha256(key + '\0' + start.request_id);
  if (!start.request_id.empty() && !broken(Rule::StartsAreTakenOnce)) {
    if (auto seen = find<rows::Seen>(Table::Dedup, seen_key)) {
      if (seen->content == start.content) return answer(start.reply, Json{{"id", seen->instance}}.dump());
      return answer(
          start.reply,
          std::unexpected(conflict("the request id \"" + start.request_id +
                                   "\" was used with other arguments; give each start an id of its own")));
    }
  }
  if (auto known = find<rows::Key>(Table::Key, key); known && known->live) {
    return answer(start.reply,
                  std::unexpected(conflict(fmt::format("{} \"{}\" runs already: it is instance {}",
                                                       workflow.name, start.key, known->instance))));
  }
  rows::Instance row;
  row.number = row.root = next_number();
  row.lineage = {row.number};
  row.machine = workflow.main;
  row.frame = std::move(start.frame);
  row.since = now_;
  rows::Family family;
  family.root = row.number;
  family.workflow = workflow.name;
  family.key = start.key;
  family.program = program().hash;
  family.version = workflow.version;
  family.signature = workflow.signature;
  family.started = now_;
  family.holds = rows::Family::Known | rows::Family::KnowsHandlers;
  family.arguments = start.arguments;
  if (start.asked.waiter.wait != 0) family.waiters.push_back(start.asked.waiter);
  if (workflow.severity) {
    family.severity = abi::severity_name(*workflow.severity);
    family.raised = 1;
    family.last_raised = now_;
  }
  put(family);
  keep_blobs(row.root, std::move(start.blobs));
  put(Table::Key, key, rows::Key{row.number, true});
  if (!start.request_id.empty()) {
    put(Table::Dedup, seen_key, rows::Seen{now_, row.number, start.content});
    overlay_.put(Table::Dedup, "t" + rows::time_key(now_) + seen_key, "");
    if (!oldest_seen_) oldest_seen_ = now_;
  }
  family_lives(row.root);
  ++state_.counters.started;
  packed::Members details(now_);
  details.put("workflow", workflow.name);
  details.put("version", uint64_t{workflow.version});
  details.put("key", start.key);
  details.put("program", abi::hex(program().hash).substr(0, 16));
  details.put_json("arguments", start.arguments);
  if (start.asked.kind != rows::Message::Kind::Event || by_partner)
    details.put("by", asker_json(start.asked));
  note(row, "started", std::move(details));
  answer(start.reply, Json{{"id", row.number}}.dump());
  step(std::move(row), Input{abi::Start});
}

}  // namespace endcap

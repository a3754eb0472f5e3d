// What people fill in: see run.h.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/diag/diagnostic.h"
#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "tools/explain_time/run.h"
#include "tools/explain_time/values.h"

namespace endcap::explain {

const abi::WaitPoint* Run::point_of(const Json& task) const {
  for (const abi::Machine& machine : program_->machines) {
    if (program_->workflows[machine.workflow].name != member(task, "workflow")) continue;
    for (const abi::WaitPoint& point : machine.states) {
      if (!point.path.empty() && point.path == member(task, "path")) return &point;
    }
  }
  return nullptr;
}

std::expected<std::string, std::string> Run::fill_in(const PersonAnswers& answers, const std::string& said,
                                                     const Json& task) {
  const abi::WaitPoint* point = point_of(task);
  const bool approval = member(task, "kind").starts_with("approval");
  if (approval && answers.verb != PersonAnswers::Verb::Counters && answers.answers.empty()) return "";
  if (!task.contains("form") || !point) {
    if (answers.answers.empty()) return "";
    return std::unexpected(
        fmt::format("--given \"{}\": {} asks for no answers", said, member(task, "label")));
  }
  const auto& fields = program_->types[point->form()].fields;
  Json filled = Json::object();
  for (const auto& [name, text] : answers.answers) {
    const auto field = std::ranges::find(fields, name, &abi::Field::name);
    if (field == fields.end()) {
      std::vector<std::string> known;
      for (const abi::Field& each : fields) known.push_back(each.name);
      return std::unexpected(fmt::format("--given \"{}\": {} asks for no {}: there are {}", said,
                                         member(task, "label"), name, fmt::join(known, ", ")));
    }
    abi::Arena arena;
    const auto cell = value_from_text(program_->types, field->type, text, arena);
    if (!cell) return std::unexpected(fmt::format("--given \"{}\": {}: {}", said, name, cell.error()));
    filled[name] = Json::parse(abi::value_to_json(program_->types, field->type, arena, *cell));
  }
  for (const Json& field : task.at("form")) {
    const std::string name = member(field, "name");
    if (filled.contains(name) || field.contains("prefilled") || field.value("optional", false)) continue;
    const abi::TypeId type = std::ranges::find(fields, name, &abi::Field::name)->type;
    abi::Arena arena;
    const abi::Cell cell =
        made_up(program_->types, type, {static_cast<Date>(told_.start / kDay), told_.zone, name}, arena);
    filled[name] = Json::parse(abi::value_to_json(program_->types, type, arena, cell));
    told_.assumed.push_back(fmt::format("{} is answered with {} {}", member(task, "label"), name,
                                        abi::key_text(arena, program_->types, type, cell, nullptr)));
  }
  return filled.empty() ? "" : filled.dump();
}

}  // namespace endcap::explain

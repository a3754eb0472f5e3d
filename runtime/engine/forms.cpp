// What people fill in: what a form comes with, and its answers, checked where they come in.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

constexpr size_t kAnswersBytesMax = 64 * 1024;  // they become part of a frame

}  // namespace

void Partition::prefill(rows::Task& task, const abi::WaitPoint& point) {
  if (point.prefilled.empty()) return;
  Json shown = Json::object();
  for (const abi::WaitPoint::Prefilled& each : point.prefilled) {
    const abi::Field& field = types()[point.form()].fields[each.field];
    shown[field.name] =
        Json::parse(abi::value_to_json(types(), field.type, workspace_.arena(), operand(each.operand)));
    if (each.trust == abi::Trust::Advice) task.advised.push_back(field.name);
  }
  task.prefilled = shown.dump();
}

void Partition::note_prefilled(const rows::Task& task, Json& details) {
  if (!task.prefilled.empty()) details["prefilled"] = Json::parse(task.prefilled);
  if (!task.advised.empty()) details["advised"] = task.advised;
}

// What the waiting machine is resumed with, when nothing else is said. A field that is not answered keeps
// what it came with. The error names the field and what is wrong with it.
std::expected<Input, std::string> Partition::filled_in(rows::Task& task, const std::string& given) {
  Json answers = Json::parse(given.empty() ? "{}" : given, nullptr, false);
  if (!answers.is_object()) return std::unexpected("the answers must be a JSON object");
  const bool has_form = task.kind == rows::Task::Kind::Task || task.kind == rows::Task::Kind::Approval;
  const auto row = has_form ? instance(task.root, task.instance) : std::nullopt;
  const abi::TypeId form = row ? wait_point(*row).form() : abi::kNoType;
  if (form == abi::kNoType) {
    if (!answers.empty()) return std::unexpected("it asks for no answers");
    return Input{};
  }
  const Json shown = task.prefilled.empty() ? Json::object() : Json::parse(task.prefilled);
  for (const auto& [name, value] : shown.items()) {
    if (!answers.contains(name)) answers[name] = value;
  }
  const std::string text = answers.dump();
  if (text.size() > kAnswersBytesMax) return std::unexpected("the answers are larger than 64 KiB");
  abi::Arena arena;
  const auto cell = abi::value_from_json(types(), form, text, arena);
  if (!cell) return std::unexpected(cell.error().detail);
  task.answers = abi::value_to_json(types(), form, arena, *cell);
  return Input{abi::Ok, 0, abi::pack_value(types(), form, arena, *cell, nullptr), form, {}};
}

// What was filled in, and what of it the form came with and was left so.
void Partition::note_answers(const rows::Task& task, Json& details) const {
  if (task.answers.empty()) return;
  const Json answers = Json::parse(task.answers);
  details["answers"] = answers;
  if (task.prefilled.empty()) return;
  Json unchanged = Json::array();
  const Json shown = Json::parse(task.prefilled);
  for (const auto& [name, value] : shown.items()) {
    if (answers.contains(name) && answers.at(name) == value) unchanged.push_back(name);
  }
  details["unchanged"] = std::move(unchanged);
}

}  // namespace endcap

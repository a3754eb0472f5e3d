// The lines of an approval as people see them: totals and what stands out of one task, and its lines by page.
// Nothing of it is kept: it is computed from the leaves when somebody asks.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "runtime/abi/value_json.h"
#include "runtime/engine/totals.h"
#include "runtime/engine/views.h"

namespace endcap {
namespace {

using Json = nlohmann::ordered_json;
constexpr size_t kLinesMost = 1000;  // of a page
constexpr size_t kLinesDefault = 100;
constexpr size_t kLeavesLookedAt = 5000;  // for a page: of an approval that is asked again a few may be meant

std::unexpected<Refusal> no_lines(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

const char* line_state(rows::Leaf::State state, bool granted) {
  switch (state) {
    case rows::Leaf::State::Open:
      return granted ? "accepted" : "open";
    case rows::Leaf::State::Writing:
      return "writing";
    case rows::Leaf::State::Written:
      return "written";
    case rows::Leaf::State::Void:
      return "void";
    case rows::Leaf::State::Refused:
      return "refused";
  }
  return "";
}

// "0/1003": the proposal and the target behind which a page begins.
std::optional<std::string> cursor_key(const std::string& after) {
  uint32_t proposal = 0;
  const auto [end, error] = std::from_chars(after.data(), after.data() + after.size(), proposal);
  if (error != std::errc() || end == after.data() + after.size() || *end != '/') return std::nullopt;
  // The next key: targets hold no zero byte that would stand between.
  return rows::big_endian(proposal) + std::string(end + 1, after.data() + after.size()) + '\0';
}

// Asked again is what has become void by the same change of facts; once it is granted, it covers what it was
// about.
bool is_line_of(const rows::Task& task, const rows::LeafValues& leaf) {
  if (task.kind != rows::Task::Kind::Again) return true;
  return leaf.granted_by == task.number ||
         (leaf.state == rows::Leaf::State::Void && leaf.facts == task.void_facts);
}

}  // namespace

struct Views::Line {
  uint32_t proposal = 0;
  std::string target;
  rows::LeafValues leaf;
};

std::optional<rows::Task> Views::find_task(uint64_t number) const {
  for (const char* state : {"o", "c"}) {
    if (auto row = find<rows::Task>(partition_of(number), Table::Task, state + rows::big_endian(number)))
      return row;
  }
  return std::nullopt;
}

std::expected<void, Refusal> Views::each_line(const rows::Task& task, const std::string& from,
                                              const std::function<bool(const Line&)>& seen) const {
  const bool again = task.kind == rows::Task::Kind::Again;
  const uint64_t approval = again ? task.of : task.number;
  const std::string prefix = rows::pair_key(task.root, approval);
  auto scanned = store_.scan(partition_of(task.root), Table::Leaf, prefix + from, rows::after_prefix(prefix),
                             [&](std::string_view key, std::string_view value) {
                               Line line{static_cast<uint32_t>(rows::from_big_endian(key.substr(16))),
                                         std::string(key.substr(24)), rows::decode<rows::LeafValues>(value)};
                               return seen(std::move(line));
                             });
  if (!scanned) return no_lines(Refusal::Kind::Overloaded, scanned.error().message);
  return {};
}

// The approval's, which an approval that is asked again is of.
std::vector<rows::Proposal> Views::proposals_of(const rows::Task& task) const {
  if (task.kind != rows::Task::Kind::Again) return task.proposals;
  const auto approval = find_task(task.of);
  return approval ? approval->proposals : std::vector<rows::Proposal>();
}

std::expected<Json, Refusal> Views::totals(const rows::Task& task) const {
  struct Of {
    Totals totals;
    size_t refused = 0;
  };
  const auto proposals = proposals_of(task);
  std::vector<Of> all;
  for (const rows::Proposal& proposal : proposals) {
    if (proposal.leaf >= program_.types.size()) return Json();  // of a program that is gone
    all.push_back({Totals(program_.types, program_.types[proposal.leaf].fields[1].type), 0});
  }
  auto looked = each_line(task, "", [&](const Line& line) {
    if (line.proposal >= all.size() || !is_line_of(task, line.leaf)) return true;
    all[line.proposal].totals.add(line.target, line.leaf.payload);
    if (line.leaf.state == rows::Leaf::State::Refused) ++all[line.proposal].refused;
    return true;
  });
  if (!looked) return std::unexpected(looked.error());
  Json json = Json::array();
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].totals.count() == 0) continue;  // the instance has ended, or it is asked again without these
    json.push_back({{"name", proposals[i].name},
                    {"operation", program_.operations[proposals[i].operation].name},
                    {"count", all[i].totals.count()}});
    if (all[i].refused > 0) json.back()["refused"] = all[i].refused;
    json.back()["fields"] = all[i].totals.fields();
  }
  return json;
}

Views::Reply Views::one_task(uint64_t number) {
  const auto row = find_task(number);
  if (!row) return no_lines(Refusal::Kind::NotFound, fmt::format("there is no task {}", number));
  Json json = task(*row);
  if (!row->is_approval()) return json.dump();
  auto counted = totals(*row);
  if (!counted) return std::unexpected(counted.error());
  if (!counted->empty()) json["totals"] = std::move(*counted);
  return json.dump();
}

Views::Reply Views::lines(uint64_t number, const std::string& after, uint32_t limit) {
  const auto row = find_task(number);
  if (!row) return no_lines(Refusal::Kind::NotFound, fmt::format("there is no task {}", number));
  if (!row->is_approval())
    return no_lines(Refusal::Kind::Invalid, fmt::format("task {} is no approval: it has no lines", number));
  const auto from = after.empty() ? std::optional<std::string>("") : cursor_key(after);
  if (!from)
    return no_lines(Refusal::Kind::Invalid,
                    fmt::format("no page begins behind \"{}\": say the `next` of the page before", after));
  const auto proposals = proposals_of(*row);
  const size_t most = limit == 0 ? kLinesDefault : std::min<size_t>(limit, kLinesMost);
  const bool granted = row->status == rows::Task::Status::Granted;
  Json lines = Json::array();
  std::string last;
  size_t looked_at = 0;
  bool more = false;
  auto looked = each_line(*row, *from, [&](const Line& line) {
    if (lines.size() == most || looked_at == kLeavesLookedAt) {
      more = true;
      return false;
    }
    ++looked_at;
    last = fmt::format("{}/{}", line.proposal, line.target);
    if (line.proposal >= proposals.size() || !is_line_of(*row, line.leaf)) return true;
    const rows::Proposal& proposal = proposals[line.proposal];
    if (proposal.leaf >= program_.types.size()) return true;
    const auto& fields = program_.types[proposal.leaf].fields;
    const bool accepted = granted || line.leaf.granted_by != row->number;
    lines.push_back(
        {{"proposal", proposal.name},
         {"target", line.target},
         {"state", line_state(line.leaf.state, accepted)},
         {"payload", Json::parse(abi::packed_to_json(program_.types, fields[1].type, line.leaf.payload))},
         {"facts", Json::parse(abi::packed_to_json(program_.types, fields[3].type, line.leaf.facts))}});
    return true;
  });
  if (!looked) return std::unexpected(looked.error());
  Json json = {{"task", number}, {"lines", std::move(lines)}};
  json["next"] = more ? Json(last) : Json();
  return json.dump();
}

}  // namespace endcap

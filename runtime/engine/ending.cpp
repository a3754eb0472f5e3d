// A family's end: what is in flight settles first, everyone else is cancelled, then what was written is taken
// back when the workflow says so, and the root has its outcome.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/history.h"
#include "runtime/engine/partition.h"
#include "runtime/value/mutation.h"

namespace endcap {
namespace {

using Purpose = rows::Pending::Purpose;
using Stage = rows::Pending::Stage;

constexpr size_t kUndosInFlight = 32;

}  // namespace

// Calls that may have an effect and have left, or may have: their outcome must be known before anything is
// taken back.
bool Partition::stays_to_settle(const rows::Pending& call) const {
  const bool has_effect = call.purpose == Purpose::Write || call.purpose == Purpose::Notify;
  return has_effect && (call.stage == Stage::Sent || call.stage == Stage::Person || call.maybe_done);
}

// The rows of all its instances: of the first alone, where it never had another.
std::vector<std::pair<std::string, std::string>> Partition::members(const rows::Family& whole) {
  std::vector<std::pair<std::string, std::string>> rows;
  if (whole.may_hold(rows::Family::Groups) || whole.may_hold(rows::Family::Handlers)) {
    rows = overlay_.collect(Table::Instance, rows::big_endian(whole.root));
    std::erase_if(rows, [&](const auto& row) { return row.first == rows::pair_key(whole.root, 0); });
    return rows;
  }
  std::string key = rows::pair_key(whole.root, whole.root);
  if (auto row = overlay_.get(Table::Instance, key)) rows.emplace_back(std::move(key), std::move(*row));
  return rows;
}

void Partition::end_family(uint64_t root, const abi::Outcome& outcome, const std::string& value,
                           bool compensate) {
  auto whole = family(root);
  if (!whole || whole->status != rows::Family::Status::Running) return;
  whole->status = rows::Family::Status::Ending;
  whole->outcome = outcome.name;
  whole->value = value;
  whole->failure = outcome.failure;
  whole->compensate = compensate;
  whole->suspended = whole->late = 0;
  std::set<uint64_t> in_flight;
  bool undoing = false;
  // First, so that no call that is dropped makes room for another.
  std::vector<std::pair<std::string, std::string>> groups;
  if (whole->may_hold(rows::Family::Groups)) groups = overlay_.collect(Table::Group, rows::big_endian(root));
  for (const auto& [key, bytes] : groups)
    flights_.erase(rows::from_big_endian(std::string_view(key).substr(8)));
  for (const auto& [key, bytes] : members(*whole)) {
    auto row = rows::decode<rows::Instance>(key, bytes);
    if (row.compensate) undoing = true;
    if (row.call != 0) {
      const auto pending = call(row.call);
      if (pending && stays_to_settle(*pending)) {
        in_flight.insert(row.call);
      } else if (pending) {
        drop_call(*pending);
      }
    }
    clear_wait(row, true);
    overlay_.erase(Table::Instance, key);
  }
  for (const auto& [key, bytes] : groups) overlay_.erase(Table::Group, key);
  if (undoing) {
    for (const auto& [key, bytes] : overlay_.collect(Table::Undo, rows::big_endian(root))) {
      if (const uint64_t undo = rows::decode<rows::Undo>(bytes).call; undo != 0) in_flight.insert(undo);
    }
  }
  if (whole->may_hold(rows::Family::Groups)) erase_all(Table::Result, rows::big_endian(root));
  packed::Members details(now_);
  details.put("outcome", outcome.name);
  details.put_flag("failure", outcome.failure);
  details.put_json("value", value);
  details.put("inFlight", uint64_t{in_flight.size()});
  details.put_flag("compensate", compensate);
  keep(history::entry_of(now_, "ending", root, "", "", std::move(details)), root);
  if (broken(Rule::SealedOnceOver)) to_seal_.try_emplace(root);
  if (in_flight.empty()) return settled(*whole);
  put(*whole);
  settling_[root] = std::move(in_flight);
}

void Partition::settled(rows::Family& whole) {
  const uint64_t root = whole.root;
  if (!whole.compensate || !whole.may_hold(rows::Family::Undos) ||
      overlay_.collect(Table::Undo, rows::big_endian(root), 1).empty())
    return finalize(whole);
  whole.status = rows::Family::Status::Compensating;
  put(whole);
  note(root, "compensating", root, "", "",
       {{"writes", overlay_.collect(Table::Undo, rows::big_endian(root)).size()}});
  compensate(root);
}

// Reverse order of commit along a line of ancestors, side by side across elements: an undo waits for the
// later ones of its own instance, of those below it and of those above it.
void Partition::compensate(uint64_t root) {
  auto whole = family(root);
  if (!whole || whole->status != rows::Family::Status::Compensating) return;
  if (!take_back(root, 0)) finalize(*whole);
}

// What was written by `below` and those below it; 0: by anyone of the family. False: there is nothing left.
bool Partition::take_back(uint64_t root, uint64_t below) {
  std::vector<rows::Undo> undos;
  size_t in_flight = 0;
  for (const auto& [key, bytes] : overlay_.collect(Table::Undo, rows::big_endian(root))) {
    auto undo = rows::decode<rows::Undo>(bytes);
    if (below != 0 && std::ranges::find(undo.lineage, below) == undo.lineage.end()) continue;
    undos.push_back(std::move(undo));
    if (undos.back().call != 0) ++in_flight;
  }
  std::set<uint64_t> owners, lines;  // of the later ones: who wrote, and everyone on the way to them
  for (auto undo = undos.rbegin(); undo != undos.rend() && in_flight < kUndosInFlight; ++undo) {
    const bool related = lines.contains(undo->lineage.back()) ||
                         std::any_of(undo->lineage.begin(), undo->lineage.end(),
                                     [&](uint64_t each) { return owners.contains(each); });
    owners.insert(undo->lineage.back());
    lines.insert(undo->lineage.begin(), undo->lineage.end());
    if (related || undo->call != 0) continue;
    begin_undo(*undo);
    ++in_flight;
  }
  return !undos.empty();
}

void Partition::begin_undo(rows::Undo& undo) {
  rows::Pending call;
  call.purpose = Purpose::Undo;
  call.root = undo.root;
  call.what = static_cast<uint32_t>(CallRequest::What::Operation);
  call.target = undo.operation;
  call.payload = undo.payload;
  call.payload_type = program().operations[undo.operation].payload;
  call.key = undo.key;
  call.path = undo.path;
  call.element = undo.element;
  call.leaf_target = undo.target;
  call.undo = undo.sequence;
  undo.call = open_call(std::move(call));
  put(Table::Undo, rows::pair_key(undo.root, undo.sequence), undo);
}

// What can't be taken back becomes work for the owner of the operation; the others go on.
void Partition::undo_finished(const rows::Pending& call, const Input& input, const std::string& message) {
  note_call(call, "undo", 0, input, message);
  if (input.tag != abi::Ok) {
    question_asked(call.root);
    open_question(rows::Task::Kind::Undo, call,
                  fmt::format("{} could not be carried out: {}", target_name(call), message));
  }
  const std::string key = rows::pair_key(call.root, call.undo);
  if (const auto undo = find<rows::Undo>(Table::Undo, key)) {
    if (const auto above = ending_above(call.root, undo->lineage))
      compensating_below_.emplace(above->root, above->number);
  }
  overlay_.erase(Table::Undo, key);
  compensating_.insert(call.root);
}

void Partition::finalize(rows::Family& whole) {
  const std::string prefix = rows::big_endian(whole.root);
  using Family = rows::Family;
  for (const auto& [what, table] :
       {std::pair(Family::Leaves, Table::Leaf), std::pair(Family::Undos, Table::Undo),
        std::pair(Family::Blobs, Table::Blob), std::pair(Family::Groups, Table::Group),
        std::pair(Family::Groups, Table::Result)})
    if (whole.may_hold(what)) erase_all(table, prefix);
  whole.status = whole.failure ? rows::Family::Status::Failed : rows::Family::Status::Finished;
  whole.ended = now_;
  tell_waiters(whole);
  put(whole);
  put(Table::Key, rows::workflow_key(whole.workflow, whole.key), rows::Key{whole.root, false});
  family_ended(whole.root);
  ++(whole.failure ? state_.counters.failed : state_.counters.finished);
  packed::Members details(now_);
  details.put("outcome", whole.outcome);
  details.put_json("value", whole.value);
  keep(history::entry_of(now_, whole.failure ? "failed" : "finished", whole.root, "", "", std::move(details)),
       whole.root);
  to_be_sealed(whole);
}

}  // namespace endcap

// Whenever a sync comes round, all of its entities: the list is read once and kept as keys, of which a cursor
// makes items as far as there is room for them.
#include <fmt/format.h>

#include "runtime/abi/shape.h"
#include "runtime/abi/value_json.h"
#include "runtime/engine/partition.h"

namespace endcap {
namespace {

constexpr uint64_t kKeysPerRow = 1000;
constexpr size_t kKeyBytesMax = kRecordBytesMax / 4;  // of a list: it stands in one record at first

const Calendar* calendar_of(const abi::Program& program, const abi::Sync::Reconciliation& declared) {
  return declared.calendar ? &program.calendars[*declared.calendar] : nullptr;
}

}  // namespace

// ---------------------------------------------------------------- when

void Partition::set_next(rows::Carrier& row, const abi::Sync& sync, Instant after) {
  const auto next =
      next_occurrence(sync.reconciliation.rule, calendar_of(program(), sync.reconciliation), after);
  const Instant moment = next ? next->moment : 0;
  std::string rule = recurrence_to_text(sync.reconciliation.rule);
  if (!row.timer.empty() && row.next == moment && row.rule == rule) return;
  unschedule(row.timer);
  row.timer.clear();
  row.rule = std::move(rule);
  row.next = moment;
  if (moment != 0) time_reconciliation(row);
}

void Partition::time_reconciliation(rows::Carrier& row) {
  rows::Timer timer{.kind = rows::Timer::Kind::ReconciliationIsDue};
  timer.schedule = row.name;
  row.timer = schedule(row.next, std::move(timer));
}

// A time that nothing ran at is made up for once, for all of them.
void Partition::reconciliation_is_due(const std::string& name) {
  const auto found = carriers_.find(name);
  if (found == carriers_.end() || found->second.sync == nullptr) return;
  const abi::Sync& sync = *found->second.sync;
  auto row = carrier(name);
  row.timer.clear();
  for (Instant after = row.next;;) {
    const auto later =
        next_occurrence(sync.reconciliation.rule, calendar_of(program(), sync.reconciliation), after);
    if (!later || later->moment > now_) break;
    after = later->moment;
    ++row.missed;
  }
  begin_reconciliation(row, sync);
  set_next(row, sync, now_);
  put(row);
}

// ---------------------------------------------------------------- what

void Partition::begin_reconciliation(rows::Carrier& row, const abi::Sync& sync) {
  if (row.running) {  // passed over
    ++row.missed;
    return;
  }
  row.running = row.listing = true;
  row.place = row.open = 0;
  row.run = {.began = now_};
  const abi::Operation& operation = program().operations[sync.reconciliation.operation];
  abi::Arena arena;
  const auto payload = abi::value_from_json(types(), operation.payload, sync.reconciliation.arguments, arena);
  CHECK(payload.has_value());  // it is written in the program
  rows::Pending call;
  call.purpose = rows::Pending::Purpose::Look;
  call.what = static_cast<uint32_t>(CallRequest::What::Operation);
  call.target = sync.reconciliation.operation;
  call.payload_type = operation.payload;
  call.payload = abi::pack_value(types(), operation.payload, arena, *payload, nullptr);
  call.result = state_.view_lists[sync.view];
  call.carrier = row.name;
  call.program = program().hash;
  row.listing_call = open_call(std::move(call));
}

void Partition::listed(rows::Carrier& row, const rows::Pending& call, const Input& input) {
  if (call.number != row.listing_call) return;  // that one was given up
  const abi::Sync& sync = *carriers_.at(row.name).sync;
  row.listing = false;
  if (input.tag != abi::Ok) {
    row.run.reason = fmt::format("{} of {} can't be read{}{}", target_name(call), system_of(call).name,
                                 call.message.empty() ? "" : ": ", call.message);
  } else if (const std::string problem = keep_listed(row, sync, input); !problem.empty()) {
    row.run.reason = problem;
  }
  if (!row.run.reason.empty()) notice(fmt::format("{}: not reconciled: {}", row.name, row.run.reason));
  refill_carriers_.insert(row.name);
  reconciled(row);
}

// The keys of what is listed; why not, when they can't be kept.
std::string Partition::keep_listed(rows::Carrier& row, const abi::Sync& sync, const Input& input) {
  if (input.value.empty()) return {};
  const abi::View& view = program().views[sync.view];
  const abi::TypeId list_type = state_.view_lists[sync.view], key_type = state_.view_keys[sync.view];
  abi::Arena arena;
  const auto list = abi::unpack_value(types(), list_type, input.value, arena);
  if (!list) return list.error().detail;
  const auto entities = abi::find_list_cells(arena, types(), list_type, *list, nullptr);
  if (!entities) return entities.error().detail;
  const auto key = arena.allocate(static_cast<uint32_t>(view.key.size() * sizeof(abi::Cell)));
  std::vector<rows::CarriedKeys> chunks;
  size_t bytes = 0;
  for (uint32_t i = 0; i < entities->count; ++i) {
    const abi::Reference entity = abi::reference_of(arena.cells(entities->first)[i]);
    for (size_t k = 0; k < view.key.size(); ++k) arena.cells(key)[k] = arena.cells(entity)[view.key[k]];
    if (i % kKeysPerRow == 0) chunks.emplace_back();
    chunks.back().keys.push_back(abi::value_to_json(types(), key_type, arena, abi::Cell{key}));
    bytes += chunks.back().keys.back().size();
  }
  if (bytes > kKeyBytesMax) return fmt::format("the keys of the {} entities are too many", entities->count);
  for (uint64_t chunk = 0; chunk < chunks.size(); ++chunk)
    put(Table::Carried, carry_keys::listed(row.name, chunk), chunks[chunk]);
  row.run.listed = entities->count;
  return {};
}

std::optional<std::string> Partition::next_listed(rows::Carrier& row, Carrying& carrying) {
  if (!row.running || row.listing || row.place >= row.run.listed) return std::nullopt;
  const uint64_t chunk = row.place / kKeysPerRow;
  if (carrying.chunk != chunk) {
    auto keys = find<rows::CarriedKeys>(Table::Carried, carry_keys::listed(row.name, chunk));
    CHECK(keys.has_value() || !overlay_.failure().empty());
    if (!keys) return std::nullopt;
    carrying.chunk = chunk;
    carrying.keys = std::move(keys->keys);
  }
  std::string key = carrying.keys.at(row.place % kKeysPerRow);
  ++row.place;
  if (row.place % kKeysPerRow == 0 || row.place == row.run.listed) {
    overlay_.erase(Table::Carried, carry_keys::listed(row.name, chunk));
    carrying.chunk.reset();
    carrying.keys.clear();
  }
  return key;
}

// Of a sync that is gone.
void Partition::forget_reconciliation(rows::Carrier& row) {
  unschedule(row.timer);
  row.timer.clear();
  row.running = row.listing = false;
  erase_all(Table::Carried, carry_keys::listed_of(row.name));
}

// It is over once all are listed and nothing of it is on its way.
void Partition::reconciled(rows::Carrier& row) {
  if (!row.running || row.listing || row.place < row.run.listed || row.open > 0) return;
  row.running = false;
  row.run.ended = now_;
  row.last = std::exchange(row.run, {});
}

}  // namespace endcap

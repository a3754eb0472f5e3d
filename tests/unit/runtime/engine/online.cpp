// A route, a sync and the shop that they tell: see online.h.
#include "tests/unit/runtime/engine/online.h"

#include <algorithm>
#include <cstring>

#include "runtime/abi/shape.h"

namespace endcap::test {
namespace {

using abi::MachineKind;

// As compiled code: the payload, then the row of the one policy.
Exit deliver(Context* c, Cell payload, int64_t row) {
  c->operands[0] = payload;
  c->operands[1] = number(row);
  c->operand_count = 2;
  return Exit::Yield;
}

Exit give_count(Context* c, uint32_t) {
  const Cell id = field(c, c->frame[0], 0);
  const auto count = static_cast<int64_t>(field(c, c->frame[0], 1).bits);
  if (count < 0) return Exit::Skip;
  if (count == 13) {
    c->fault = static_cast<uint32_t>(FaultKind::Overflow);
    return Exit::Faulted;
  }
  const Cell shown = text(c, std::to_string(count));
  return deliver(c, record(c, {id, shown}), count >= 1000 ? 1 : 0);
}

Exit give_store(Context* c, uint32_t) {
  const Cell id = field(c, c->frame[0], 0), region = field(c, c->frame[0], 1);
  if (text_of(c, region) == "none") return Exit::Skip;
  return deliver(c, record(c, {id, region}), text_of(c, region) == "secret" ? 1 : 0);
}

abi::Operation shop_operation(std::string name, abi::OperationClass operation_class, TypeId payload,
                              abi::Strategy strategy) {
  abi::Operation made;
  made.name = std::move(name);
  made.system = 1;
  made.operation_class = operation_class;
  made.payload = payload;
  made.strategy = strategy;
  made.owner = "StoreOps";
  made.rejections = {"Closed"};
  return made;
}

}  // namespace

Online::Online(Retail& retail, abi::Strategy strategy, uint32_t parallel) : program(*retail.program()) {
  ProgramBuilder& build = retail.build;
  abi::Program& made = *retail.program();
  store = retail.store;
  listing =
      build.record("Listing", {{"id", build.text, true}, {"region", build.text}, {"as of", build.instant}});
  const TypeId counts = build.record("Shop.count", {{"id", build.text}, {"count", build.text}});
  const TypeId puts = build.record("Shop.put", {{"id", build.text}, {"region", build.text}});
  const TypeId nothing = build.record("nothing", {});
  const TypeId counted_record = build.record("StockCounted", {{"id", build.text}, {"count", build.integer}});
  const TypeId changed_record = build.record("StoreChanged", {{"id", build.text}});
  made.systems.push_back({"shop", "odata-v2"});
  store_view = 0;
  listing_view = static_cast<uint32_t>(made.views.size());
  made.views.push_back({"Listing", 1, "A_Listing", listing, {{{"Id"}, true}, {{"Region"}, true}}, {0}});
  count_operation = static_cast<uint32_t>(made.operations.size());
  made.operations.push_back(shop_operation("Shop.count", abi::OperationClass::Write, counts, strategy));
  put_operation = static_cast<uint32_t>(made.operations.size());
  made.operations.push_back(shop_operation("Shop.put", abi::OperationClass::Write, puts, strategy));
  list_operation = static_cast<uint32_t>(made.operations.size());
  made.operations.push_back(
      shop_operation("Stores.all", abi::OperationClass::Read, nothing, abi::Strategy::Idempotent));
  made.operations.back().system = 0;
  made.operations.back().result_view = store_view;
  made.operations.back().result_many = true;
  const auto counted_event = static_cast<uint32_t>(made.events.size());
  made.events.push_back({"StockCounted", "retail.counted", 0, counted_record, {{"Id"}, {"Count"}}});
  made.events.push_back({"StoreChanged", "retail.store_changed", 0, changed_record, {{"Id"}}});
  const auto gate = static_cast<uint32_t>(made.policies.size());
  abi::Policy policy;
  policy.name = "OnlineGate";
  policy.facts = retail.facts;
  policy.rows = {{abi::PolicyRow::Verdict::Permit, {}, ""},
                 {abi::PolicyRow::Verdict::Forbid, {}, "it is not for everybody"}};
  made.policies.push_back(policy);

  const auto machine = [&](const char* name, std::vector<TypeId> parameters, Body body) {
    return build.machine(0, MachineKind::Delivery, name, std::move(parameters), std::move(body));
  };
  const uint32_t count_machine = machine("CountsOnline", {counted_record}, give_count);
  made.routes.push_back(
      {"test.CountsOnline", counted_event, {count_operation, {gate}, count_machine, parallel}});
  abi::Sync sync;
  sync.name = "test.StoresOnline";
  sync.view = store_view;
  sync.delivery = {put_operation, {gate}, machine("StoresOnline", {store}, give_store), parallel};
  sync.changes = {{counted_event + 1, {0}}};
  abi::Sync::Comparison comparison;
  comparison.view = listing_view;
  comparison.key_machine = machine("StoresOnline/key", {store}, [](Context* c, uint32_t) {
    return yield(c, record(c, {field(c, c->frame[0], 0)}));
  });
  comparison.same_machine = machine("StoresOnline/same", {store, listing}, [](Context* c, uint32_t) {
    return text_of(c, field(c, c->frame[0], 1)) == text_of(c, field(c, c->frame[1], 1)) ? Exit::GuardTrue
                                                                                        : Exit::GuardFalse;
  });
  sync.comparison = comparison;
  sync.reconciliation.rule.at = 2 * 3600;
  sync.reconciliation.operation = list_operation;
  sync.reconciliation.arguments = "{}";
  made.syncs.push_back(std::move(sync));
}

bool Online::is_about(const CallRequest& request) const {
  switch (request.what) {
    case CallRequest::What::View:
      return request.target == store_view || request.target == listing_view;
    case CallRequest::What::Operation:
    case CallRequest::What::Ask:
      return request.target == count_operation || request.target == put_operation ||
             request.target == list_operation;
    default:
      return false;
  }
}

std::string Online::text_at(const CallRequest& request, abi::TypeId type, size_t field) const {
  abi::Arena arena;
  const Cell cell = abi::unpack_value(program.types, type, request.payload, arena).value();
  return std::string(arena.text(arena.cells(abi::reference_of(cell))[field]));
}

std::string Online::line(const CallRequest& request) const {
  if (request.what == CallRequest::What::View)
    // The key of a view is a record of one text, like the payload of a change.
    return (request.target == store_view ? "Store " : "Listing ") +
           text_at(request, program.events.back().record, 0);
  const abi::Operation& called = program.operations[request.target];
  if (request.target == list_operation) return called.name;
  return (request.what == CallRequest::What::Ask ? "Ask " : "") + called.name + " " +
         text_at(request, called.payload, 0) + " " + text_at(request, called.payload, 1);
}

void Online::effect(const CallRequest& request) {
  const abi::Operation& called = program.operations[request.target];
  const std::string first = text_at(request, called.payload, 0), second = text_at(request, called.payload, 1);
  const bool is_new = effects.emplace(request.key, line(request)).second;
  if (!is_new && called.strategy == abi::Strategy::Keyed) return;
  if (request.target == put_operation) {
    listed[first] = second;
  } else {
    counted.push_back(first + " " + second);
  }
}

CallResult Online::answered(const CallRequest& request) {
  if (request.what == CallRequest::What::Ask)
    return {effects.contains(request.key) ? CallResult::Kind::Ok : CallResult::Kind::NotDone};
  const bool is_view = request.what == CallRequest::What::View;
  if (!is_view && request.target != list_operation) {
    effect(request);
    return {};
  }
  abi::Arena arena;
  const auto entity = [&](const std::string& id, const std::string& region) {
    const Cell first{arena.put_text(id)}, second{arena.put_text(region)};
    const abi::Reference object = arena.allocate(3 * sizeof(Cell));
    arena.cells(object)[0] = first;
    arena.cells(object)[1] = second;
    arena.cells(object)[2] = number(request.now);
    return Cell{object};
  };
  if (is_view) {
    const auto& known = request.target == store_view ? stores : listed;
    const auto found = known.find(text_at(request, program.events.back().record, 0));
    if (found == known.end()) return {CallResult::Kind::Invalid, {}, 0, "it is not there"};
    return {CallResult::Kind::Ok,
            abi::pack_value(program.types, request.target == store_view ? store : listing, arena,
                            entity(found->first, found->second), nullptr)};
  }
  std::vector<Cell> cells;
  for (const auto& [id, region] : stores) cells.push_back(entity(id, region));
  if (cells.empty()) return {CallResult::Kind::Ok, {}};
  const abi::Reference list = arena.allocate(static_cast<uint32_t>((cells.size() + 1) * sizeof(Cell)));
  const abi::ListHeader header{static_cast<uint32_t>(cells.size()), 0, 0, 0};
  std::memcpy(arena.at(list), &header, sizeof header);
  std::copy(cells.begin(), cells.end(), arena.cells(list) + 1);
  for (abi::TypeId type = 0; type < program.types.size(); ++type) {
    if (program.types[type].kind == abi::Kind::List && program.types[type].element == store)
      return {CallResult::Kind::Ok, abi::pack_value(program.types, type, arena, Cell{list}, nullptr)};
  }
  return {CallResult::Kind::Invalid};
}

std::optional<CallResult> Online::operator()(const CallRequest& request) {
  const std::string what = line(request);
  calls.push_back(what);
  CallResult::Kind kind = CallResult::Kind::Ok;
  if (auto& left = script[what]; !left.empty()) {
    kind = left.front();
    left.erase(left.begin());
  }
  if (kind != CallResult::Kind::Ok) {
    const bool writes = request.what == CallRequest::What::Operation && request.target != list_operation;
    if (kind == CallResult::Kind::Ambiguous && writes && commits_ambiguous) effect(request);
    return CallResult{kind, {}, 0, "as the script says"};
  }
  if (holds) return std::nullopt;
  return answered(request);
}

}  // namespace endcap::test

// What people say of items that are held: they are sent again, or given up. What they said stays, whatever
// becomes of the item.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/partition.h"

namespace endcap {
namespace {

std::unexpected<Refusal> not_so(Refusal::Kind kind, std::string message) {
  return std::unexpected(Refusal{kind, std::move(message)});
}

std::string settled_json(uint64_t item, const std::string& of, bool dropped) {
  return Json{{"item", item}, {"of", of}, {"status", dropped ? "dropped" : "sentAgain"}}.dump();
}

}  // namespace

void Partition::settle_held(HeldRequest& request) {
  auto item = find<rows::Carried>(Table::Carried, carry_keys::held(request.item));
  if (!item) return answer(request.reply, settled_already(request));
  auto row = carrier(item->carrier);
  std::string why_not;
  auto says = may_settle(row, request, why_not);
  if (!says) return answer(request.reply, not_so(Refusal::Kind::Denied, why_not));
  if (request.drop && request.reason.empty())
    return answer(
        request.reply,
        not_so(Refusal::Kind::Invalid,
               fmt::format("item {} is not dropped without a reason: nothing else tells why", request.item)));
  if (!request.drop && !carriers_.contains(row.name))
    return answer(request.reply,
                  not_so(Refusal::Kind::Conflict, fmt::format("{} does not run: item {} can only be dropped",
                                                              row.name, request.item)));
  const std::string said_key = carry_keys::said(item->number);
  auto said = find<rows::CarriedSaid>(Table::Carried, said_key).value_or(rows::CarriedSaid{});
  said.carrier = row.name;
  said.data = item->data;
  says->held = item->reason;
  said.said.push_back(std::move(*says));
  put(Table::Carried, said_key, said);
  let_go_of_held(row, *item);
  if (request.drop) {
    ++row.dropped;
    ++state_.counters.carried_dropped;
    if (row.kind == rows::Carrier::Kind::Sync)
      overlay_.erase(Table::Carried, carry_keys::entity(row.name, item->data));
    notice(fmt::format("{}: item {} was dropped by {}: {}", row.name, item->number, request.person,
                       request.reason));
  } else {
    admit(row, std::move(*item));
  }
  put(row);
  if (!is_declared(row.name) && row.has_nothing()) gone_carriers_.insert(row.name);
  answer(request.reply, settled_json(request.item, row.name, request.drop));
}

// It is no item that is held: asked again, it is answered as before.
std::expected<std::string, Refusal> Partition::settled_already(const HeldRequest& request) {
  const auto said = find<rows::CarriedSaid>(Table::Carried, carry_keys::said(request.item));
  if (!said) return not_so(Refusal::Kind::NotFound, fmt::format("no item {} is held", request.item));
  const rows::CarriedSaid::Each& last = said->said.back();
  if (last.dropped == request.drop) return settled_json(request.item, said->carrier, last.dropped);
  return not_so(Refusal::Kind::Conflict, fmt::format("item {} was {} by {} on {}", request.item,
                                                     last.dropped ? "dropped" : "sent again", last.person,
                                                     instant_to_text(last.time)));
}

// Whoever holds the role that owns the operation, or covers somebody who does.
std::optional<rows::CarriedSaid::Each> Partition::may_settle(const rows::Carrier& row,
                                                             const HeldRequest& request,
                                                             std::string& why_not) {
  if (const Absence* away = state_.people.absence_of(request.person, now_)) {
    why_not = away_text(*away);
    return std::nullopt;
  }
  for (const std::string& whose : state_.people.decides_for(request.person, now_)) {
    if (!owns(row.owner, whose)) continue;
    rows::CarriedSaid::Each says;
    says.person = request.person;
    if (whose != request.person) says.covers = whose;
    says.dropped = request.drop;
    says.reason = request.reason;
    says.time = now_;
    return says;
  }
  why_not =
      row.owner.empty()
          ? fmt::format("{} holds no role: anybody who holds one may say what becomes of it", request.person)
          : fmt::format("{} does not hold the role {}, which owns {}", request.person, row.owner,
                        row.operation);
  return std::nullopt;
}

// A notification may have no owner: then it is anybody's. A role that the program has no more goes by its
// name.
bool Partition::owns(const std::string& owner, const std::string& person) const {
  const uint32_t role = state_.people.roles_named({owner}).front();
  if (role != UINT32_MAX) return state_.people.holds(person, role, std::nullopt);
  return std::ranges::any_of(state_.options.people, [&](const auto& each) {
    return (owner.empty() || each.first == owner) &&
           std::ranges::find(each.second, person) != each.second.end();
  });
}

void Partition::let_go_of_held(rows::Carrier& row, rows::Carried& item) {
  overlay_.erase(Table::Carried, carry_keys::held(item.number));
  --row.held;
  item.held = 0;
  item.reason.clear();
}

}  // namespace endcap

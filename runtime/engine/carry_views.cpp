// Routes, syncs and what is held of them as JSON: docs/reference/api.md, "Routes and syncs".
#include <algorithm>
#include <nlohmann/json.hpp>

#include "runtime/engine/carry.h"
#include "runtime/engine/views.h"

namespace endcap {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint32_t kHeldDefault = 100;
constexpr size_t kLookedAtMost = 10'000;  // rows of one request: those of others stand between

Json shown_json(const std::string& text) {
  Json json = Json::parse(text, nullptr, false);
  return json.is_discarded() ? Json(text) : json;
}

Json reconciled_json(const rows::Reconciled& run) {
  Json json = {{"began", instant_to_text(run.began)}};
  if (run.ended != 0) json["ended"] = instant_to_text(run.ended);
  if (!run.reason.empty()) {
    json["reason"] = run.reason;
    return json;
  }
  json["listed"] = run.listed;
  json["same"] = run.same;
  json["carried"] = run.carried;
  json["skipped"] = run.skipped;
  json["held"] = run.held;
  return json;
}

Json counts_json(const char* kind, const rows::Carrier& row) {
  Json json = {{kind, row.name},         {"operation", row.operation},
               {"system", row.system},   {"since", instant_to_text(row.since)},
               {"waiting", row.waiting}, {"onTheirWay", row.on_their_way},
               {"held", row.held},       {"carried", row.carried},
               {"skipped", row.skipped}};
  return json;
}

Json route_json(const rows::Carrier& row) {
  Json json = counts_json("route", row);
  json["dropped"] = row.dropped;
  return json;
}

Json sync_json(const rows::Carrier& row) {
  Json json = counts_json("sync", row);
  json["same"] = row.same;
  json["dropped"] = row.dropped;
  Json last = row.last.began != 0 ? reconciled_json(row.last) : Json();
  json["reconciliation"] = {{"rule", row.rule},
                            {"next", row.next != 0 ? Json(instant_to_text(row.next)) : Json()},
                            {"last", std::move(last)},
                            {"missed", row.missed}};
  if (row.running) {
    Json now = reconciled_json(row.run);
    now["begun"] = row.place;
    json["reconciliation"]["now"] = std::move(now);
  }
  return json;
}

Json item_json(const rows::Carrier& of, const rows::Carried& row) {
  Json json = {{"item", row.number}, {"of", row.carrier}, {"since", instant_to_text(row.since)}};
  if (of.kind == rows::Carrier::Kind::Route) json["event"] = {{"source", row.source}, {"id", row.id}};
  json[of.kind == rows::Carrier::Kind::Route ? "data" : "key"] = shown_json(row.data);
  json["operation"] = of.operation;
  json["owner"] = of.owner;
  if (row.held != 0) json["heldSince"] = instant_to_text(row.held), json["reason"] = row.reason;
  if (row.maybe_done) json["mayHaveHappened"] = true;
  return json;
}

Json said_json(const rows::CarriedSaid& row) {
  Json said = Json::array();
  for (const rows::CarriedSaid::Each& each : row.said) {
    Json json = {{"by", each.person}, {"said", each.dropped ? "drop" : "resend"}};
    if (!each.covers.empty()) json["covers"] = each.covers;
    if (!each.reason.empty()) json["reason"] = each.reason;
    json["time"] = instant_to_text(each.time);
    json["heldFor"] = each.held;
    said.push_back(std::move(json));
  }
  return said;
}

}  // namespace

std::expected<std::vector<rows::Carrier>, Refusal> Views::carriers() const {
  std::vector<rows::Carrier> found;
  for (PartitionId partition = 0; partition < options_.partitions; ++partition) {
    auto scanned = store_.scan(partition, Table::Carried, "s", rows::after_prefix("s"),
                               [&](std::string_view, std::string_view value) {
                                 found.push_back(rows::decode<rows::Carrier>(value));
                                 return true;
                               });
    if (!scanned) return std::unexpected(Refusal{Refusal::Kind::Overloaded, scanned.error().message});
  }
  std::ranges::sort(found, {}, &rows::Carrier::name);
  return found;
}

Views::Reply Views::routes() {
  const auto found = carriers();
  if (!found) return std::unexpected(found.error());
  Json routes = Json::array(), syncs = Json::array();
  for (const rows::Carrier& row : *found) {
    if (row.kind == rows::Carrier::Kind::Sync) {
      syncs.push_back(sync_json(row));
    } else {
      routes.push_back(route_json(row));
    }
  }
  return Json{{"routes", std::move(routes)}, {"syncs", std::move(syncs)}}.dump();
}

// By number, over all partitions: of each the first so many are enough for a page.
Views::Reply Views::held(const std::string& of, uint64_t after, uint32_t limit) {
  if (limit == 0) limit = kHeldDefault;
  const auto known = carriers();
  if (!known) return std::unexpected(known.error());
  std::map<std::string, rows::Carrier> wanted;
  for (const rows::Carrier& row : *known) {
    if (of.empty() || row.name == of || row.name.ends_with("." + of)) wanted.emplace(row.name, row);
  }
  if (!of.empty() && wanted.empty())
    return std::unexpected(Refusal{Refusal::Kind::NotFound, "there is no route or sync \"" + of + "\""});
  std::map<uint64_t, rows::Carried> found;
  uint64_t looked_to = UINT64_MAX;  // behind it nothing was looked at
  for (PartitionId partition = 0; partition < options_.partitions; ++partition) {
    const auto is_here = [&](const auto& each) {
      return partition_of_key(each.first, options_.partitions) == partition;
    };
    if (std::ranges::none_of(wanted, is_here)) continue;
    size_t taken = 0, looked = 0;
    auto scanned =
        store_.scan(partition, Table::Carried, carry_keys::held(after == UINT64_MAX ? after : after + 1),
                    rows::after_prefix("h"), [&](std::string_view, std::string_view value) {
                      auto row = rows::decode<rows::Carried>(value);
                      const uint64_t number = row.number;
                      if (++looked > kLookedAtMost) {
                        looked_to = std::min(looked_to, number - 1);
                        return false;
                      }
                      if (!wanted.contains(row.carrier)) return true;
                      found.emplace(number, std::move(row));
                      return ++taken <= limit;
                    });
    if (!scanned) return std::unexpected(Refusal{Refusal::Kind::Overloaded, scanned.error().message});
  }
  Json items = Json::array();
  Json next;
  for (const auto& [number, row] : found) {
    if (number > looked_to) break;
    if (items.size() == limit) {
      next = items.back()["item"];
      break;
    }
    items.push_back(item_json(wanted.at(row.carrier), row));
  }
  if (next.is_null() && looked_to != UINT64_MAX) next = looked_to;
  return Json{{"held", std::move(items)}, {"next", std::move(next)}}.dump();
}

Views::Reply Views::held_item(uint64_t number) {
  const PartitionId partition = partition_of(number);
  const auto said = find<rows::CarriedSaid>(partition, Table::Carried, carry_keys::said(number));
  const auto shown = [&](const rows::Carried& row, const char* state) -> Reply {
    const auto of = find<rows::Carrier>(partition, Table::Carried, carry_keys::carrier(row.carrier));
    Json json = item_json(of.value_or(rows::Carrier{}), row);
    json["state"] = state;
    json["said"] = said ? said_json(*said) : Json::array();
    return json.dump();
  };
  if (const auto row = find<rows::Carried>(partition, Table::Carried, carry_keys::held(number)))
    return shown(*row, "held");
  if (const auto row = find<rows::Carried>(partition, Table::Carried, carry_keys::on_its_way(number)))
    return shown(*row, "onItsWay");
  if (!said)
    return std::unexpected(
        Refusal{Refusal::Kind::NotFound, "no item " + std::to_string(number) + " is held or was held"});
  if (const auto row =
          find<rows::Carried>(partition, Table::Carried, carry_keys::waiting(said->carrier, number)))
    return shown(*row, "waiting");
  return Json{{"item", number},
              {"of", said->carrier},
              {"data", shown_json(said->data)},
              {"state", said->said.back().dropped ? "dropped" : "done"},
              {"said", said_json(*said)}}
      .dump();
}

}  // namespace endcap

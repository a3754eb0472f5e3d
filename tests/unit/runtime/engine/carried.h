// The retail program with a route and a sync, on an engine.
#pragma once

#include <algorithm>

#include "tests/unit/runtime/engine/online.h"
#include "tests/unit/runtime/engine/shop.h"

namespace endcap::test {

struct CarriedShop {
  explicit CarriedShop(abi::Strategy strategy = abi::Strategy::Keyed, uint32_t parallel = 3,
                       std::map<std::string, std::string> stores = {})
      : online(retail, strategy, parallel),
        estate(retail),
        world(retail.program(), [this](const CallRequest& given) -> std::optional<CallResult> {
          const CallRequest request = in_numbers ? in_numbers(given) : given;
          return online.is_about(request) ? online(request) : estate(request);
        }) {
    online.stores = std::move(stores);
    world.options.people = retail_people();
    world.options.scopes = retail_scopes();
    world.open();
    world.run();
  }
  Json count(const std::string& id, int64_t count, const std::string& event = "") {
    Json reply = world.event("retail.counted", {{"id", id}, {"count", count}}, event);
    world.run();
    return reply;
  }
  void changed(const std::string& id) {
    world.event("retail.store_changed", {{"id", id}});
    world.run();
  }
  Json routes() { return Json::parse(world.engine().routes().value()); }
  Json route() { return routes().at("routes").at(0); }
  Json sync() { return routes().at("syncs").at(0); }
  Json held(const std::string& of = "", uint64_t after = 0, uint32_t limit = 0) {
    return Json::parse(world.engine().held(of, after, limit).value());
  }
  Json item(uint64_t number) {
    const auto shown = world.engine().held_item(number);
    return shown ? Json::parse(*shown) : Json{{"refused", shown.error().message}};
  }
  Json settle(uint64_t item, const std::string& person, bool drop, const std::string& reason = "seen") {
    std::optional<Json> reply;
    world.engine().settle_held({item, person, drop, reason, keep(reply)});
    for (int i = 0; i < 100 && !reply; ++i) world.tick();
    world.run();
    return reply.value_or(Json{{"refused", "no answer"}});
  }
  size_t calls(const std::string& line) const {
    return static_cast<size_t>(std::ranges::count(online.calls, line));
  }
  // How many rows there are, but for those of the route and the sync themselves.
  size_t rows(Table table, const std::string& prefix = "") {
    size_t found = 0;
    for (PartitionId partition = 0; partition < 2; ++partition) {
      REQUIRE(world.store().scan(partition, table, prefix, "", [&](std::string_view key, std::string_view) {
        if (table != Table::Carried || !key.starts_with("s")) ++found;
        return true;
      }));
    }
    return found;
  }

  Retail retail;
  Online online;
  Estate estate;
  World world;
  std::function<CallRequest(const CallRequest&)> in_numbers;  // of the first program
};

}  // namespace endcap::test

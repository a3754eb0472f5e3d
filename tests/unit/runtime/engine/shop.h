// The retail program, its estate and its world, ready to use.
#pragma once

#include <doctest/doctest.h>

#include "tests/unit/runtime/engine/retail.h"

namespace endcap::test {

struct Shop {
  explicit Shop(RetailOptions options = {}, uint64_t seed = 1)
      : retail(options),
        estate(retail),
        world(
            retail.program(), [this](const CallRequest& request) { return estate(request); }, 2, seed) {
    world.options.people = retail_people();
    world.options.scopes = retail_scopes();
    world.open();
  }
  // Starts a launch whose promotion costs so much, and lets it come to rest.
  uint64_t launch(int64_t cost = 5, const std::string& id = "P-1") {
    estate.cost = cost;
    const uint64_t number = world.start("Launch", id)["id"];
    world.run();
    return number;
  }
  std::string outcome(const std::string& workflow = "Launch", const std::string& id = "P-1") {
    const Json shown = world.show(workflow, id);
    return shown.contains("outcome") ? shown["outcome"]["name"].get<std::string>()
                                     : shown.value("status", "unknown");
  }
  uint64_t task(size_t index = 0) { return world.tasks().at(index)["task"]; }
  void cancel(const std::string& id = "P-1") {
    world.event("retail.cancelled", {{"id", id}});
    world.run();
  }

  Retail retail;
  Estate estate;
  World world;
};

}  // namespace endcap::test

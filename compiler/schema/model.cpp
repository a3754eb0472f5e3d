// Lookup in the schema model.
#include "compiler/schema/model.h"

namespace endcap::schema {

namespace {

constexpr int kBaseDepthMax = 64;  // a chain of base types that is longer is a loop

template <typename Items>
auto* by_name(Items& items, std::string_view name) {
  for (auto& item : items) {
    if (item.name == name) return &item;
  }
  return static_cast<decltype(&items.front())>(nullptr);
}

}  // namespace

const EntityType* Schema::find_type(std::string_view full_name) const { return by_name(types, full_name); }

const EntitySet* Schema::find_set(std::string_view name) const { return by_name(sets, name); }

const Callable* Schema::find_callable(std::string_view name) const { return by_name(callables, name); }

const Property* Schema::find_property(const EntityType& type, std::string_view name) const {
  const EntityType* at = &type;
  for (int depth = 0; at && depth < kBaseDepthMax; ++depth) {
    if (auto* property = by_name(at->properties, name)) return property;
    at = at->base.empty() ? nullptr : find_type(at->base);
  }
  return nullptr;
}

const Navigation* Schema::find_navigation(const EntityType& type, std::string_view name) const {
  const EntityType* at = &type;
  for (int depth = 0; at && depth < kBaseDepthMax; ++depth) {
    if (auto* navigation = by_name(at->navigations, name)) return navigation;
    at = at->base.empty() ? nullptr : find_type(at->base);
  }
  return nullptr;
}

}  // namespace endcap::schema

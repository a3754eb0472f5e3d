// Tables over a metadata file: loading, keys, inserting.
#include "tools/sandbox/service.h"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "compiler/schema/project.h"
#include "runtime/value/check.h"

namespace endcap::sandbox {

const schema::Property* Table::property(std::string_view name) const {
  for (const auto& candidate : type->properties) {
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

std::string Table::key_of(const Json& fields) const {
  std::string out;
  for (const auto& name : type->key) {
    auto found = fields.find(name);
    if (found != fields.end()) out += found->is_string() ? found->get<std::string>() : found->dump();
    out += '\x1f';
  }
  return out;
}

std::string Table::key_predicate(const Row& row, Version version) const {
  std::string out = "(";
  for (const auto& name : type->key) {
    if (out.size() > 1) out += ',';
    if (type->key.size() > 1) out += name + '=';
    out += write_literal(*property(name), row.fields.at(name), version);
  }
  return out + ")";
}

Row* Table::find(std::initializer_list<std::string> key) {
  std::string joined;
  for (const auto& part : key) joined += part + '\x1f';
  auto found = by_key.find(joined);
  return found == by_key.end() ? nullptr : found->second;
}

Row& Table::insert(Json fields) {
  for (const auto& p : type->properties) {
    if (!fields.contains(p.name)) fields[p.name] = nullptr;
  }
  std::string key = key_of(fields);
  CHECK(!by_key.contains(key));
  rows.push_back({std::move(fields), 1});
  return *by_key.emplace(std::move(key), &rows.back()).first->second;
}

Table* Service::table(std::string_view set) {
  auto found = tables.find(set);
  return found == tables.end() ? nullptr : &found->second;
}

Table& Service::at(std::string_view set) {
  Table* found = table(set);
  CHECK(found != nullptr);
  return *found;
}

Table* Service::target_of(const schema::Navigation& navigation) {
  for (auto& entry : tables) {
    if (entry.second.type->name == navigation.target_type) return &entry.second;
  }
  return nullptr;
}

std::expected<Service, std::string> load_service(const std::string& name, const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return std::unexpected(
        fmt::format("The sandbox can't read {}. Name the folder with --schemas FOLDER.", path));
  Service service;
  service.name = name;
  service.metadata.assign(std::istreambuf_iterator<char>(file), {});

  SourceMap sources;
  Diagnostics diagnostics;
  auto schema = import_schema(path, path, sources, diagnostics);
  if (!schema) {
    return std::unexpected(
        fmt::format("{} is not OData metadata. `endcap check` in its project says what is wrong.", path));
  }
  service.schema = std::move(*schema);
  service.version = service.schema.protocol == schema::Schema::Protocol::ODataV4 ? Version::V4 : Version::V2;
  for (const auto& set : service.schema.sets) {
    Table table;
    table.set = &set;
    table.type = service.schema.find_type(set.entity_type);
    if (table.type) service.tables.emplace(set.name, std::move(table));
  }
  return service;
}

}  // namespace endcap::sandbox

// OData over the tables: routing, reading, and how an answer is written in either version.
#include <fmt/format.h>

#include <algorithm>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

bool modifies(const Request& request) { return request.method != "GET" && request.method != "HEAD"; }

std::string etag(const Row& row) { return fmt::format("W/\"{}\"", row.version); }

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    auto comma = text.find(',');
    if (comma != 0) out.emplace_back(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return out;
}

// $top, $skip: nothing, or a whole number.
std::expected<std::optional<size_t>, ODataError> read_count(const std::map<std::string, std::string>& query,
                                                            const char* name) {
  auto found = query.find(name);
  if (found == query.end()) return std::optional<size_t>();
  const auto& text = found->second;
  if (text.empty() || text.size() > 9 || text.find_first_not_of("0123456789") != std::string::npos) {
    return std::unexpected(ODataError{400, "BadOption", fmt::format("{} is not a number: '{}'", name, text)});
  }
  return std::optional<size_t>(std::stoul(text));
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

std::string Estate::base_url(const Request& request) const { return "http://" + request.header("Host"); }

Response Estate::odata(Service& service, const Request& request) {
  if (auto refused = refuse_access(service, request)) return *refused;
  bool protects = &service == &erp_;
  if (protects && modifies(request)) {
    if (auto refused = refuse_without_token(request)) return *refused;
  }
  auto outcome = route(service, request);
  Response response = outcome ? std::move(*outcome) : error_response(service.version, outcome.error());
  if (protects) offer_token(request, response);
  response.headers.emplace_back(service.version == Version::V2 ? "DataServiceVersion" : "OData-Version",
                                service.version == Version::V2 ? "2.0" : "4.0");
  return response;
}

Estate::Outcome Estate::route(Service& service, const Request& request) {
  std::string rest = request.path.substr(service.name.size() + 1);
  if (rest.empty() || rest == "/") {
    Json sets = Json::array();
    for (const auto& entry : service.tables) sets.push_back(entry.first);
    return json_response(service.version == Version::V2 ? Json{{"d", {{"EntitySets", sets}}}}
                                                        : Json{{"value", sets}});
  }
  if (rest == "/$metadata") {
    Response response;
    response.content_type = "application/xml";
    response.body = service.metadata;
    return response;
  }
  if (rest == "/$batch") return batch(service, request);
  auto segments = parse_path(rest);
  if (!segments) return std::unexpected(segments.error());
  const Segment& first = segments->front();
  if (const auto* callable = service.schema.find_callable(first.name))
    return call(service, request, *callable, first);
  Table* table = service.table(first.name);
  if (!table)
    return std::unexpected(
        ODataError{404, "NotFound", fmt::format("Resource not found for the segment '{}'", first.name)});
  if (!modifies(request)) return read(service, request, *segments);
  if (segments->size() > 1)
    return std::unexpected(ODataError{405, "NotAllowed", "Change an entity by its own address"});

  std::string method = request.method == "POST" && !request.header("X-HTTP-Method").empty()
                           ? request.header("X-HTTP-Method")
                           : request.method;
  if (method == "POST" && !first.has_key) return create(service, request, *table);
  if ((method == "MERGE" || method == "PATCH" || method == "PUT") && first.has_key) {
    auto row = find_row(*table, first);
    if (!row) return std::unexpected(row.error());
    return update(service, request, *table, **row);
  }
  return std::unexpected(ODataError{405, "NotAllowed", fmt::format("{} is not possible here", method)});
}

Estate::Outcome Estate::read(Service& service, const Request& request, const std::vector<Segment>& segments) {
  Table* table = service.table(segments[0].name);
  if (!segments[0].has_key) {
    if (segments.size() > 1)
      return std::unexpected(ODataError{400, "BadPath", "A navigation starts at one entity"});
    std::vector<Row*> rows;
    for (auto& row : table->rows) rows.push_back(&row);
    return collection(service, request, *table, rows);
  }
  auto row = find_row(*table, segments[0]);
  if (!row) return std::unexpected(row.error());
  if (segments.size() == 1) return entity(service, request, *table, **row, 200);

  const auto* navigation = service.schema.find_navigation(*table->type, segments[1].name);
  Table* target = navigation ? service.target_of(*navigation) : nullptr;
  if (!target || segments.size() > 2) {
    return std::unexpected(ODataError{
        404, "NotFound", fmt::format("Resource not found for the segment '{}'", segments[1].name)});
  }
  std::vector<Row*> rows;
  for (const auto& key :
       service.links[table->set->name + "/" + navigation->name][table->key_of((*row)->fields)]) {
    rows.push_back(target->by_key.at(key));
  }
  if (navigation->many) return collection(service, request, *target, rows);
  if (rows.empty())
    return std::unexpected(ODataError{404, "NotFound", fmt::format("'{}' leads nowhere", navigation->name)});
  return entity(service, request, *target, *rows.front(), 200);
}

std::expected<std::string, ODataError> Estate::write_row(Service& service, Table& table, Row& row,
                                                         const Request& request) {
  auto query = parse_query(request.query);
  auto select = split_list(query["$select"]), expand = split_list(query["$expand"]);
  bool v2 = service.version == Version::V2;
  bool as_text = request.header("Accept").find("IEEE754Compatible=true") != std::string::npos;
  std::string address = base_url(request) + "/" + service.name + "/" + table.set->name +
                        table.key_predicate(row, service.version);
  std::string out = v2 ? fmt::format(R"({{"__metadata":{{"id":{0},"uri":{0},"type":{1},"etag":{2}}})",
                                     quote(address), quote(table.type->name), quote(etag(row)))
                       : fmt::format(R"({{"@odata.etag":{})", quote(etag(row)));
  for (const auto& name : select) {
    if (name != "*" && !table.property(name) && !service.schema.find_navigation(*table.type, name)) {
      return std::unexpected(ODataError{
          400, "BadSelect", fmt::format("Property '{}' is not known in {}", name, table.type->name)});
    }
  }
  for (const auto& property : table.type->properties) {
    if (!select.empty() && !contains(select, "*") && !contains(select, property.name)) continue;
    out += fmt::format(",{}:{}", quote(property.name),
                       write_value(property, row.fields.at(property.name), service.version, as_text));
  }
  for (const auto& navigation : table.type->navigations) {
    bool wanted = contains(expand, navigation.name);
    if (!wanted && v2 && select.empty()) {
      out += fmt::format(R"(,{}:{{"__deferred":{{"uri":{}}}}})", quote(navigation.name),
                         quote(address + "/" + navigation.name));
    }
    Table* target = wanted ? service.target_of(navigation) : nullptr;
    if (!target) continue;
    Request plain = request;
    plain.query.clear();
    std::string inner;
    for (const auto& key : service.links[table.set->name + "/" + navigation.name][table.key_of(row.fields)]) {
      auto text = write_row(service, *target, *target->by_key.at(key), plain);
      if (!text) return text;
      inner += (inner.empty() ? "" : ",") + *text;
    }
    if (navigation.many) inner = v2 ? "{\"results\":[" + inner + "]}" : "[" + inner + "]";
    out += fmt::format(",{}:{}", quote(navigation.name), inner.empty() ? "null" : inner);
  }
  return out + "}";
}

Estate::Outcome Estate::entity(Service& service, const Request& request, Table& table, Row& row, int status) {
  auto text = write_row(service, table, row, request);
  if (!text) return std::unexpected(text.error());
  Response response;
  response.status = status;
  response.headers.emplace_back("ETag", etag(row));
  if (status == 201)
    response.headers.emplace_back("Location", base_url(request) + "/" + service.name + "/" + table.set->name +
                                                  table.key_predicate(row, service.version));
  if (service.version == Version::V2) {
    response.body = "{\"d\":" + *text + "}";
  } else {
    response.body =
        fmt::format(R"({{"@odata.context":{},)", quote(base_url(request) + "/" + service.name +
                                                       "/$metadata#" + table.set->name + "/$entity")) +
        text->substr(1);
  }
  return response;
}

Estate::Outcome Estate::collection(Service& service, const Request& request, Table& table,
                                   const std::vector<Row*>& rows) {
  auto query = parse_query(request.query);
  auto filter = parse_filter(table, query["$filter"]);
  if (!filter) return std::unexpected(filter.error());
  std::vector<Row*> found;
  for (Row* row : rows) {
    if (std::all_of(filter->begin(), filter->end(),
                    [&](const Comparison& c) { return holds(c, row->fields); }))
      found.push_back(row);
  }
  auto top = read_count(query, "$top"), skip = read_count(query, "$skip"),
       token = read_count(query, "$skiptoken");
  for (const auto* option : {&top, &skip, &token}) {
    if (!*option) return std::unexpected(option->error());
  }
  size_t first = std::min(found.size(), skip->value_or(0)),
         last = std::min(found.size(), first + std::min(top->value_or(found.size()), found.size()));
  size_t from = std::min(last, first + token->value_or(0)), to = std::min(last, from + options_.page_size);

  std::string items;
  for (size_t i = from; i < to; ++i) {
    auto text = write_row(service, table, *found[i], request);
    if (!text) return std::unexpected(text.error());
    items += (items.empty() ? "" : ",") + *text;
  }
  std::string next;
  if (to < last) {
    std::string kept;
    for (std::string_view part = request.query; !part.empty();) {
      auto option = part.substr(0, part.find('&'));
      if (percent_decode(option).find("$skiptoken=") != 0) kept += std::string(option) + "&";
      part = part.size() > option.size() ? part.substr(option.size() + 1) : std::string_view{};
    }
    std::string path = request.path;  // decoded: only what must not stand in a URL is encoded again
    for (size_t at; (at = path.find(' ')) != std::string::npos;) path.replace(at, 1, "%20");
    next = base_url(request) + path + "?" + kept + "$skiptoken=" + std::to_string(to - first);
  }
  bool v2 = service.version == Version::V2;
  bool count = v2 ? query["$inlinecount"] == "allpages" : query["$count"] == "true";
  Response response;
  if (v2) {
    response.body = "{\"d\":{\"results\":[" + items + "]";
    if (count) response.body += fmt::format(",\"__count\":\"{}\"", found.size());
    if (!next.empty()) response.body += ",\"__next\":" + quote(next);
    response.body += "}}";
  } else {
    response.body = fmt::format("{{\"@odata.context\":{}", quote(base_url(request) + "/" + service.name +
                                                                 "/$metadata#" + table.set->name));
    if (count) response.body += fmt::format(",\"@odata.count\":{}", found.size());
    response.body += ",\"value\":[" + items + "]";
    if (!next.empty()) response.body += ",\"@odata.nextLink\":" + quote(next);
    response.body += "}";
  }
  return response;
}

}  // namespace endcap::sandbox

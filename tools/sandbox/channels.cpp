// The tills and the warehouses, as their own small HTTP interfaces beside the ERP.
#include <fmt/format.h>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {

Response json_response(const Json& body, int status) {
  Response response;
  response.status = status;
  response.body = body.dump();
  return response;
}

Response plain_error(int status, const std::string& message) {
  return json_response({{"error", message}}, status);
}

// GET /pos/acknowledgements?plant=1001: what the tills show. POST /pos/acknowledgements {plant, terminal,
// condition}: a till reports.
Response Estate::tills(const Request& request) {
  if (request.path != "/pos/acknowledgements")
    return plain_error(404, "the tills answer at /pos/acknowledgements");
  if (request.method == "POST") {
    auto body = parse_exact(request.body);
    if (!body || !body->is_object())
      return plain_error(400, "the body is {\"plant\", \"terminal\", \"condition\"}");
    Json parameters = {{"Plant", body->value("plant", "")},
                       {"PosTerminal", body->value("terminal", "1")},
                       {"ConditionRecord", body->value("condition", "")}};
    auto done = acknowledge_price(parameters);
    if (!done) return plain_error(done.error().status, done.error().message);
    record("pos.acknowledge", "", body->value("plant", ""), body->value("condition", ""), parameters, !*done,
           "desk");
    return json_response({{"acknowledged", true}, {"first", *done}}, *done ? 201 : 200);
  }
  std::string plant = parse_query(request.query)["plant"];
  Json out = Json::array();
  for (const auto& row : erp_.at("A_PosAcknowledgement").rows) {
    if (plant.empty() || row.fields["Plant"] == plant) out.push_back(row.fields);
  }
  return json_response({{"acknowledgements", out}});
}

// GET /wms/tasks: what is to be picked. POST /wms/tasks/000000000001/confirm: shipped and received; the
// store's stock grows.
Response Estate::warehouses(const Request& request) {
  Table& tasks = erp_.at("A_WarehouseTask");
  constexpr std::string_view kPrefix = "/wms/tasks", kConfirm = "/confirm";
  if (request.method == "GET" && request.path == kPrefix) {
    Json out = Json::array();
    for (const auto& row : tasks.rows) out.push_back(row.fields);
    return json_response({{"tasks", out}});
  }
  std::string_view path = request.path;
  if (request.method != "POST" || !path.starts_with("/wms/tasks/") || !path.ends_with(kConfirm)) {
    return plain_error(404, "the warehouses answer at /wms/tasks and /wms/tasks/NUMBER/confirm");
  }
  std::string number(path.substr(kPrefix.size() + 1, path.size() - kPrefix.size() - 1 - kConfirm.size()));
  Row* task = tasks.find({number});
  if (!task) return plain_error(404, fmt::format("there is no warehouse task {}", number));
  if (task->fields["WarehouseTaskStatus"] != "A") return plain_error(409, "the task is not open");
  task->fields["WarehouseTaskStatus"] = "C";
  task->fields["ActualQuantity"] = task->fields["TargetQuantity"];
  ++task->version;
  record("wms.confirm", "", number, task->fields["ReceivingPlant"].get<std::string>(), task->fields, false,
         "desk");
  receive_stock(*task);
  if (Row* transfer = erp_.at("A_StockTransfer").find({task->fields["StockTransfer"].get<std::string>()})) {
    transfer->fields["TransferStatus"] = "C";
    ++transfer->version;
    events_.send({.type = "retail.transfer.received",
                  .data = {{"StockTransfer", transfer->fields["StockTransfer"]},
                           {"ReceivingPlant", transfer->fields["ReceivingPlant"]}}});
  }
  return json_response(task->fields);
}

}  // namespace endcap::sandbox

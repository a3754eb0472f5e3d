// What is bought for a promotion: orders that a supplier answers, and the requisitions of distribution
// centres.
#include <algorithm>

#include "tools/sandbox/estate.h"

namespace endcap::sandbox {
namespace {

bool same(const Row& row, const Json& parameters, std::initializer_list<const char*> names) {
  return std::all_of(names.begin(), names.end(), [&](const char* name) {
    const auto found = row.fields.find(name);
    return found != row.fields.end() && *found == parameters.at(name);
  });
}

}  // namespace

std::expected<bool, ODataError> Estate::cancel_order(const Json& parameters) {
  bool effective = false;
  for (auto& row : erp_.at("A_PromotionOrder").rows) {
    if (!same(row, parameters, {"RetailPromotion", "Supplier"}) || row.fields["OrderStatus"] == "X") continue;
    row.fields["OrderStatus"] = "X";
    ++row.version;
    effective = true;
  }
  return effective;
}

std::expected<bool, ODataError> Estate::commit_order(const Json& parameters) {
  bool found = false, effective = false;
  for (auto& row : erp_.at("A_PromotionOrder").rows) {
    if (!same(row, parameters, {"RetailPromotion", "Supplier"}) || row.fields["OrderStatus"] == "X") continue;
    found = true;
    if (row.fields["OrderStatus"] == "C") continue;
    row.fields["OrderStatus"] = "C";
    row.fields["CommittedQuantity"] = parameters.at("CommittedQuantity");
    ++row.version;
    effective = true;
  }
  if (!found) return std::unexpected(ODataError{400, "OrderMissing", "There is no open order to commit to"});
  return effective;
}

std::expected<bool, ODataError> Estate::cancel_requisition(const Json& parameters) {
  bool effective = false;
  for (auto& row : erp_.at("A_PurchaseRequisition").rows) {
    if (!same(row, parameters, {"RetailPromotion", "Plant"}) || row.fields["RequisitionStatus"] != "A")
      continue;
    row.fields["RequisitionStatus"] = "X";
    ++row.version;
    effective = true;
  }
  return effective;
}

void Estate::answered(const Row& order) {
  Json data = Json::object();
  for (const char* name :
       {"RetailPromotion", "Supplier", "SupplierConfirmation", "ConfirmedQuantity", "BaseUnit"})
    data[name] = order.fields.at(name);
  const auto& delivery = order.fields.at("ConfirmedDeliveryDate");
  data["ConfirmedDeliveryDate"] =
      delivery.is_string() ? Json(delivery.get<std::string>().substr(0, 10)) : delivery;
  events_.send({.type = "retail.supplier.answered", .data = std::move(data)});
}

}  // namespace endcap::sandbox

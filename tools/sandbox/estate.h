// The retail estate: an ERP (OData V2), a web shop (OData V4), tills and warehouses, the ledger of what was
// done to them, and the switches that make them misbehave. One mutex: the estate is a sandbox, not a
// benchmark.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "tools/sandbox/events.h"
#include "tools/sandbox/faults.h"
#include "tools/sandbox/ledger.h"
#include "tools/sandbox/resource.h"
#include "tools/sandbox/service.h"

namespace endcap::sandbox {

struct EstateOptions {
  std::string schemas;          // folder with erp.edmx and shop.xml
  std::string user = "endcap";  // of the ERP; an empty one lets everybody in
  std::string password = "sandbox";
  uint64_t seed = 1;
  uint32_t small_promotions = 0;  // more promotions, "S-0001" and on, each in three stores
  uint32_t page_size = 500;       // of a collection; more comes in further pages
  std::string ledger_file;
  std::string sink;
  std::set<std::string> ignore_keys;  // entity sets whose keys are ignored: the same key creates again
};

class Estate {
 public:
  // The error is a paragraph for people.
  static std::expected<std::unique_ptr<Estate>, std::string> open(const EstateOptions& options);

  // Answers one request; thread safe.
  Response handle(const Request& request);

 private:
  struct Write {  // one change on its way through the rules
    Service& service;
    Table& table;
    Row* row = nullptr;
    std::string operation, key, subject;
    Json payload;
  };
  using Outcome = std::expected<Response, ODataError>;

  void seed();
  void seed_products();
  void seed_stores();
  void seed_stock();
  void seed_promotions();
  void seed_masters();  // seed_plans.cpp: what planning looks at
  void add_item(const std::string& promotion, const std::string& product, const std::string& price,
                bool lead);
  void add_promotion(const std::string& id, const std::string& name, const std::string& product,
                     const std::string& price, const std::string& cost, const std::string& launch,
                     const std::string& end, std::vector<std::string> stores);

  Response process(const Request& request);
  // What `answer` says, unless a fault is to hit the request.
  Response through_faults(const Request& request, Version version, const std::function<Response()>& answer);

  // odata.cpp
  Response odata(Service& service, const Request& request);
  Outcome route(Service& service, const Request& request);
  Outcome read(Service& service, const Request& request, const std::vector<Segment>& segments);
  Outcome entity(Service& service, const Request& request, Table& table, Row& row, int status);
  Outcome collection(Service& service, const Request& request, Table& table, const std::vector<Row*>& rows);
  std::expected<std::string, ODataError> write_row(Service& service, Table& table, Row& row,
                                                   const Request& request);
  std::string base_url(const Request& request) const;

  // batches.cpp: several changes in one request
  Outcome batch(Service& service, const Request& request);
  Response part(Service& service, const Request& outer, std::string_view text);

  // changes.cpp
  Outcome create(Service& service, const Request& request, Table& table);
  Outcome update(Service& service, const Request& request, Table& table, Row& row);
  Outcome call(Service& service, const Request& request, const schema::Callable& callable,
               const Segment& segment);
  std::expected<Json, ODataError> read_body(Table& table, const Request& request, bool creating);
  std::optional<ODataError> check_precondition(Table& table, const Row& row, const Request& request) const;
  void record(const std::string& operation, const std::string& key, const std::string& target,
              const std::string& subject, const Json& payload, bool duplicate, const char* by = "interface");

  // rules.cpp: what the business allows, and what a change brings with it
  std::optional<ODataError> before_create(Table& table, Json& fields);
  void after_create(Table& table, Row& row);
  void receive_stock(const Row& task);                       // what was on its way to the store is there
  void changed(Table& table, Row& row, const Json& before);  // events that tell of it
  std::string subject_of(const Table& table, const Json& fields) const;
  std::expected<bool, ODataError> withdraw_price(const Json& parameters);  // whether something changed
  std::expected<bool, ODataError> cancel_transfer(const Json& parameters);
  std::expected<bool, ODataError> acknowledge_price(const Json& parameters);

  // orders.cpp: what is bought for a promotion
  std::expected<bool, ODataError> cancel_order(const Json& parameters);
  std::expected<bool, ODataError> commit_order(const Json& parameters);
  std::expected<bool, ODataError> cancel_requisition(const Json& parameters);
  void answered(const Row& order);  // the supplier's word, told

  // access.cpp
  std::optional<Response> refuse_access(Service& service, const Request& request);
  void offer_token(const Request& request, Response& response);
  std::optional<Response> refuse_without_token(const Request& request) const;

  // channels.cpp and control.cpp
  Response tills(const Request& request);
  Response warehouses(const Request& request);
  Response models(const Request& request);  // models.cpp
  Response control(const Request& request);
  Response state(const std::string& set);
  Response change(const Json& body);

  EstateOptions options_;
  std::mutex mutex_;
  Service erp_, shop_;
  Ledger ledger_;
  Faults faults_;
  Events events_;
  std::map<std::string, std::string> sessions_;  // session cookie -> CSRF token
  uint64_t next_session_ = 1;
  struct Known {
    std::string hash;
    Row* row;
  };
  std::map<std::string, Known> keys_;                          // "A_PriceCondition/key"
  Json model_ = {{"confidence", "0.90"}, {"age_seconds", 0}};  // what the models say of themselves
  std::set<std::string> silent_plants_;                        // tills that do not acknowledge
  uint64_t requests_ = 0;
};

// The property that carries the caller's key, by entity set; empty for sets that have none.
std::string key_property(std::string_view set);

Response json_response(const Json& body, int status = 200);
Response plain_error(int status, const std::string& message);

}  // namespace endcap::sandbox

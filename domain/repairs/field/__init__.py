"""Field orders: we go to the customer (rulebook 3.3); what engineers plan, and what is left."""

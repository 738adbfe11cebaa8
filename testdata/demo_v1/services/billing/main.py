from services.billing.bill import total

assert total([1, 2, 3]) == 6

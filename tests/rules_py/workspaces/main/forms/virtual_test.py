import forms.asks

assert forms.asks.several and forms.asks.blind

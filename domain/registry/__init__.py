"""Who and what there is: manufacturers, stations, people, customers, equipment."""
